#pragma once

#include <functional>

#include "app/shell.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace coditect::app {

/// The command that a command line names, ready to run.
struct Selection {
  /// Whether its options make sense; an error means that the command is misused.
  std::function<Result<void>()> check = [] { return Result<void>(); };
  /// Does its work.
  std::function<Result<void>()> run;
};

// Each describes one command to `app`; parsing a line that names it fills `selection`. `shell` and
// `selection` outlive `app`.
void add_serve(CLI::App& app, Shell& shell, Selection& selection);
void add_provision(CLI::App& app, Shell& shell, Selection& selection);
void add_import(CLI::App& app, Shell& shell, Selection& selection);
void add_workspaces(CLI::App& app, Shell& shell, Selection& selection);
void add_run(CLI::App& app, Shell& shell, Selection& selection);
void add_log(CLI::App& app, Shell& shell, Selection& selection);
void add_sql(CLI::App& app, Shell& shell, Selection& selection);
void add_secrets(CLI::App& app, Shell& shell, Selection& selection);
void add_restore(CLI::App& app, Shell& shell, Selection& selection);
void add_export(CLI::App& app, Shell& shell, Selection& selection);
void add_prices(CLI::App& app, Shell& shell, Selection& selection);
void add_verify(CLI::App& app, Shell& shell, Selection& selection);
void add_acp(CLI::App& app, Shell& shell, Selection& selection);
void add_mcp(CLI::App& app, Shell& shell, Selection& selection);
void add_simulate_providers(CLI::App& app, Shell& shell, Selection& selection);

}  // namespace coditect::app
