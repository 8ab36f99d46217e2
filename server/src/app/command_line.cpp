#include "app/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <vector>

#include "app/commands/commands.h"
#include "app/print/text.h"

namespace coditect::app {

namespace {

constexpr const char* kAbout =
    "CODITECT Development Studio: several AI agents and people at work on one code tree.";
constexpr const char* kFooter =
    "Commands that talk to a server find it by CODITECT_URL and CODITECT_TOKEN, or, where these\n"
    "are not set, by what a server on this machine left in its data folder (CODITECT_DATA, "
    "./data).\n"
    "Exit codes: 0 succeeded, 1 failed, 2 misused.";

/// The command that was on the line, so that a hint can name its help.
std::string help_of(const CLI::App& app) {
  std::string command = "coditect";
  for (const CLI::App* chosen : app.get_subcommands()) command += " " + chosen->get_name();
  return "`" + command + " --help` says what it takes";
}

int misused(std::ostream& err, const CLI::App& app, Error error) {
  if (error.hint.empty()) error.hint = help_of(app);
  tell_error(err, error);
  return kMisused;
}

}  // namespace

void tell_error(std::ostream& out, const Error& error) {
  out << "coditect: " << one_line(error.message) << '\n';
  if (!error.hint.empty()) out << "hint: " << one_line(error.hint) << '\n';
  out.flush();
}

int run_command_line(std::span<const std::string> arguments, Shell& shell) {
  CLI::App app(kAbout, "coditect");
  app.footer(kFooter);
  app.set_version_flag("--version", "coditect " + std::string(kVersion));
  app.require_subcommand(1);
  Selection selection;
  add_serve(app, shell, selection);
  add_provision(app, shell, selection);
  add_import(app, shell, selection);
  add_workspaces(app, shell, selection);
  add_run(app, shell, selection);
  add_log(app, shell, selection);
  add_mcp(app, shell, selection);
  add_acp(app, shell, selection);
  add_sql(app, shell, selection);
  add_secrets(app, shell, selection);
  add_restore(app, shell, selection);
  add_export(app, shell, selection);
  add_verify(app, shell, selection);
  add_prices(app, shell, selection);
  add_simulate_providers(app, shell, selection);
  // CLI11 takes arguments from the back, as from a stack.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked, shell.out, shell.err);
  } catch (const CLI::ParseError& error) {
    return misused(shell.err, app, invalid(error.what()));
  }
  auto good = selection.check();
  if (!good) return misused(shell.err, app, std::move(good).error());
  auto done = selection.run();
  shell.out.flush();
  if (done && !shell.out) {
    done = unavailable("the output could not be written", "see whether the disk is full");
  }
  if (done) return kSucceeded;
  tell_error(shell.err, done.error());
  return kFailed;
}

}  // namespace coditect::app
