#include <CLI/CLI.hpp>

#include <memory>

#include "app/acp/acp_agent.h"
#include "app/commands/commands.h"
#include "app/commands/connect.h"

namespace coditect::app {

namespace {

struct Options {
  std::string workspace;
  std::string agent;
};

/// The agent of that name, or the first one.
Result<std::string> choose_agent(const Place& place, const std::string& wanted) {
  TRY(const json::object answer, place.client.call(place.workspace, "agents.list", {}));
  std::string names;
  if (const json::array* agents = find_array(answer, "agents")) {
    for (const json::value& agent : *agents) {
      TRY(const std::string name, need_string(agent.as_object(), "name"));
      if (wanted.empty() || name == wanted) return name;
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  return not_found("there is no agent '" + wanted + "'", "the agents are: " + names);
}

Result<void> run(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  TRY(std::string agent, choose_agent(place, options.agent));
  AcpAgent editor({place.client, shell, place.workspace, std::move(agent)});
  return editor.run();
}

}  // namespace

void add_acp(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand(
      "acp", "Be an agent of an editor that speaks ACP on standard input and output");
  const auto options = std::make_shared<Options>();
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command->add_option("--agent", options->agent, "which of its agents works [the first]");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return run(*options, shell); };
  });
}

}  // namespace coditect::app
