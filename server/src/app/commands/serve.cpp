#include "app/serve.h"

#include <CLI/CLI.hpp>

#include <memory>

#include "app/client/server_location.h"
#include "app/commands/commands.h"
#include "app/commands/serve_options.h"
#include "base/log.h"

namespace coditect::app {

void add_serve(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("serve", "Run the server until SIGINT or SIGTERM");
  const auto options = std::make_shared<ServeOptions>();
  command->add_option("--listen", options->listen, "HOST:PORT; port 0 picks one [127.0.0.1:7700]");
  command->add_option("--data", options->data, "the folder of all data [CODITECT_DATA, ./data]");
  command->add_option("--config", options->config, "the configuration [./coditect.toml]");
  command->add_option("--store", options->store,
                      "the object store that everything is copied to: file:///DIR, "
                      "gs://BUCKET[/PREFIX] or s3://BUCKET[/PREFIX]?endpoint=URL&region=NAME "
                      "[DATA/store]");
  command->add_option("--mirror", options->mirror, "a second store, nearer, that is read first");
  command->add_option("--node", options->node,
                      "this node's name, for ever [made once, kept in DATA/node/id]");
  command->add_flag("--no-store", options->no_store, "copy nothing: what the disk loses is lost");
  command->add_option("--web", options->web, "the folder of the built studio");
  command->add_option("--ready-file", options->ready_file,
                      "receives {\"url\",\"token\",\"pid\"} once the server answers");
  command->add_option("--log-level", options->log_level,
                      "trace, debug, info, warning, error, critical or off [info]");
  command->add_option(
      "--demo", options->demo,
      "where there is no workspace yet, make one named demo from this: a git URL, a "
      "folder or template:NAME");
  command->add_flag("--simulate-providers", options->simulate_providers,
                    "answer for all models by the built-in simulator");
  command->callback([options, &shell, &selection] {
    selection.check = [options] { return check_serve(*options); };
    selection.run = [options, &shell]() -> Result<void> {
      TRY(const Config config, serve_config(*options, shell));
      start_log(config.log_level);
      return serve(config, shell.environment);
    };
  });
}

}  // namespace coditect::app
