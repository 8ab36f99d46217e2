#include <CLI/CLI.hpp>

#include <memory>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/table.h"

namespace coditect::app {

namespace {

struct Options {
  std::string workspace;
  std::string database;
  std::string sql;
  bool json = false;
};

/// A query's {columns, rows} as a table.
Result<std::string> format_rows(const json::object& answer) {
  const json::array* columns = find_array(answer, "columns");
  const json::array* rows = find_array(answer, "rows");
  if (columns == nullptr || rows == nullptr) return internal("the server's answer has no rows");
  std::vector<std::string> names;
  for (const json::value& column : *columns) {
    const json::object* described = column.if_object();
    names.push_back(described == nullptr ? cell(column)
                                         : find_string(*described, "name").value_or(""));
  }
  std::vector<std::vector<std::string>> lines;
  for (const json::value& row : *rows) {
    const json::array* cells = row.if_array();
    if (cells == nullptr || cells->size() != names.size()) {
      return internal("a row of the server's answer does not fit its columns");
    }
    std::vector<std::string>& line = lines.emplace_back();
    for (const json::value& each : *cells) line.push_back(cell(each));
  }
  return format_table(names, lines);
}

Result<void> query(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  json::object params{{"database", options.database}, {"sql", options.sql}};
  TRY(const json::object answer,
      place.client.call(place.workspace, "sql.query", std::move(params)));
  if (options.json) {
    shell.out << json::serialize(answer) << '\n';
    return {};
  }
  TRY(const std::string table, format_rows(answer));
  shell.out << table << std::flush;
  if (find_bool(answer, "truncated").value_or(false)) {
    shell.err << "there are more rows than these: narrow the query\n";
  }
  return {};
}

}  // namespace

void add_sql(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("sql", "Ask one of a workspace's databases, read-only");
  const auto options = std::make_shared<Options>();
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command
      ->add_option("DATABASE", options->database,
                   "sessions, messages, artifacts, parsed_sessions, agent_metrics or workspace_idx")
      ->required();
  command->add_option("SQL", options->sql, "one statement that only reads")->required();
  command->add_flag("--json", options->json, "print {columns, rows, truncated, elapsed_ms}");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return query(*options, shell); };
  });
}

}  // namespace coditect::app
