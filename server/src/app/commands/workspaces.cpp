#include "app/client/workspaces.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/table.h"
#include "app/print/text.h"

namespace coditect::app {

namespace {

Result<void> print_workspaces(Output output, Shell& shell) {
  TRY(const Client client, connect(shell));
  TRY(json::array workspaces, list_workspaces(client));
  if (output == Output::kJson) {
    shell.out << json::serialize(json::object{{"workspaces", std::move(workspaces)}}) << '\n';
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : workspaces) {
    const json::object* workspace = each.if_object();
    if (workspace == nullptr) return internal("the server's list of workspaces is none");
    std::vector<std::string> row;
    for (const std::string_view key : {"id", "name", "state", "created_at", "last_active_at"}) {
      row.push_back(find_string(*workspace, key).value_or(""));
    }
    for (const std::string_view key : {"disk_bytes", "store_bytes"}) {
      const auto bytes = find_int(*workspace, key);
      row.push_back(bytes ? readable_bytes(static_cast<std::uint64_t>(*bytes)) : "-");
    }
    rows.push_back(std::move(row));
  }
  shell.out << format_table(
      {"ID", "NAME", "STATE", "CREATED", "LAST ACTIVE", "ON DISK", "IN STORE"}, rows);
  return {};
}

}  // namespace

void add_workspaces(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("workspaces", "List the workspaces of the server");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print {\"workspaces\": [...]}");
  command->callback([json, &shell, &selection] {
    selection.run = [json, &shell] {
      return print_workspaces(*json ? Output::kJson : Output::kText, shell);
    };
  });
}

}  // namespace coditect::app
