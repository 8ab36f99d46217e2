#include "storage/databases/queries/view.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "storage/databases/sql_values.h"

namespace coditect::databases {

Result<json::array> read_objects(Statement& statement) {
  json::array rows;
  for (;;) {
    TRY(const bool more, statement.step());
    if (!more) return rows;
    json::object row;
    row.reserve(static_cast<std::size_t>(statement.columns()));
    for (int column = 0; column < statement.columns(); ++column) {
      if (statement.is_null(column)) continue;
      row[statement.name(column)] = column_json(statement, column);
    }
    rows.push_back(std::move(row));
  }
}

std::size_t page_of(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, limits::kPageMax);
}

}  // namespace coditect::databases
