#include "app/print/table.h"

#include <algorithm>

#include "app/print/text.h"
#include "base/check.h"

namespace coditect::app {

namespace {

constexpr std::size_t kCellCharactersMax = 100;

void append_row(std::string& table, const std::vector<std::string>& row,
                const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] + 2 - count_characters(row[i]), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  table += line + "\n";
}

}  // namespace

std::string format_table(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines{columns};
  lines.insert(lines.end(), rows.begin(), rows.end());
  std::vector<std::size_t> widths(columns.size(), 0);
  for (std::vector<std::string>& line : lines) {
    check(line.size() == columns.size(), "a row has a cell for every column");
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = shortened(line[i], kCellCharactersMax);
      widths[i] = std::max(widths[i], count_characters(line[i]));
    }
  }
  std::string table;
  for (const std::vector<std::string>& line : lines) append_row(table, line, widths);
  return table;
}

std::string cell(const json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.get_string());
  return json::serialize(value);
}

}  // namespace coditect::app
