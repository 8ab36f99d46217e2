#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/commands/provision_source.h"
#include "app/print/progress.h"
#include "app/print/text.h"

namespace coditect::app {

namespace {

struct Options {
  std::string name;
  std::string from;
  bool json = false;
};

Result<void> provision(const Options& options, Shell& shell) {
  TRY(json::object source, provision_source(options.from));
  TRY(const Client client, connect(shell));
  const json::object body{{"name", options.name}, {"source", std::move(source)}};
  Result<json::object> made = [&] {
    const Progress progress(shell, "provisioning " + options.name);
    return client.post("/workspaces/provision", body, limits::kClientProvisionTimeMax);
  }();
  if (!made) return std::move(made).error();
  if (options.json) {
    shell.out << json::serialize(*made) << '\n';
    return {};
  }
  TRY(const std::string id, need_string(*made, "id"));
  shell.out << one_line(id) << "  " << one_line(find_string(*made, "name").value_or("")) << '\n'
            << client.studio_url(one_line(id)) << '\n';
  return {};
}

}  // namespace

void add_provision(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("provision", "Make a workspace");
  const auto options = std::make_shared<Options>();
  command->add_option("NAME", options->name, "what people call it")->required();
  command->add_option("--from", options->from,
                      "a folder to copy, a git URL to clone, or template:NAME [empty]");
  command->add_flag("--json", options->json, "print the server's answer as JSON");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return provision(*options, shell); };
  });
}

}  // namespace coditect::app
