#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace coditect::app {

/// Rows of text in aligned columns, two spaces between them, a headline first. Every row has as
/// many cells as there are columns; a cell stays on one line.
std::string format_table(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& rows);

/// A JSON value as a table's cell shows it: text without quotes, null as nothing.
std::string cell(const json::value& value);

}  // namespace coditect::app
