#pragma once

#include <cstddef>

#include "base/json.h"
#include "base/result.h"
#include "storage/databases/statement.h"

namespace coditect::databases {

/// Binds Query::params. Errc::kInvalid when they are not exactly what the statement names.
Result<void> bind_params(Statement& statement, const json::value& params);

/// One column of the current row as Rows describes it.
json::value column_json(const Statement& statement, int column);

/// About how many bytes of JSON the value takes.
std::size_t json_bytes(const json::value& value);

}  // namespace coditect::databases
