#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/mcp/stdio_bridge.h"

namespace coditect::app {

namespace {

struct Options {
  std::string workspace;
  std::string agent;
};

Result<void> run(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  std::string target = "/workspaces/" + place.workspace + "/mcp";
  if (!options.agent.empty()) target += "?agent=" + options.agent;
  StdioBridge bridge(place.client, shell, std::move(target));
  return bridge.run();
}

}  // namespace

void add_mcp(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command =
      app.add_subcommand("mcp", "Offer a workspace to an MCP client on standard input and output");
  const auto options = std::make_shared<Options>();
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command
      ->add_option("--agent", options->agent,
                   "the name under which the client takes part [what it calls itself]")
      ->check([](const std::string& name) {
        const bool plain =
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
        return plain && !name.empty() ? std::string() : "is not of a-z, 0-9, - and _";
      });
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return run(*options, shell); };
  });
}

}  // namespace coditect::app
