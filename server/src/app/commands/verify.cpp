#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/progress.h"
#include "app/verify/data_check.h"
#include "app/verify/remote_check.h"

namespace coditect::app {

namespace {

struct Options {
  std::string target;
  std::string data;
  Repair repair = Repair::kNothing;
  bool json = false;
};

Result<void> verify_folder(const std::filesystem::path& folder, const Options& options,
                           Shell& shell) {
  Result<DataCheck> check = [&] {
    const Progress progress(shell, "reading " + folder.string());
    return check_data(folder, options.repair);
  }();
  if (!check) return std::move(check).error();
  shell.out << (options.json ? json::serialize(to_json(*check)) + "\n" : format_check(*check))
            << std::flush;
  if (check->clean()) return {};
  return internal("something is damaged", "each problem above says what to do about it");
}

/// A workspace that is not on this machine, or not known to be: its server shows its log.
Result<void> verify_remote(const Place& place, Output output, Shell& shell) {
  Result<archive::Head> head = [&] {
    const Progress progress(shell, "reading the log of " + place.workspace);
    return check_remote_log(place.client, place.workspace);
  }();
  if (!head) return std::move(head).error();
  if (output == Output::kJson) {
    const json::object workspace{{"id", place.workspace}, {"clean", true},
                                 {"events", head->seq},   {"head", head->seq},
                                 {"hash", head->hash},    {"problems", json::array()}};
    shell.out << json::serialize(json::object{{"clean", true}, {"workspaces", {workspace}}})
              << '\n';
    return {};
  }
  shell.out << place.workspace << "  clean  " << head->seq
            << " events as the server shows them, head " << head->seq << ' ' << head->hash << '\n';
  return {};
}

Result<void> verify(const Options& options, Shell& shell) {
  std::error_code error;
  if (options.target.contains('/') || std::filesystem::is_directory(options.target, error)) {
    return verify_folder(options.target, options, shell);
  }
  std::filesystem::path data = options.data;
  if (data.empty()) {
    TRY(data, data_folder(shell));
  }
  // An id needs no server when its folder is here.
  if (const auto sessions = find_sessions(data, options.target)) {
    return verify_folder(*sessions, options, shell);
  }
  auto place = connect(shell, options.target);
  if (!place) {
    Error failure = std::move(place).error();
    failure.hint += "; `coditect verify DIR` checks a data folder without a server";
    return std::move(failure).in(options.target + " is no folder, and as a workspace");
  }
  if (const auto sessions = find_sessions(data, place->workspace)) {
    return verify_folder(*sessions, options, shell);
  }
  if (options.repair != Repair::kNothing) {
    return invalid("a workspace that is not on this machine cannot be repaired from here",
                   "give a data folder; a running server repairs its databases by itself");
  }
  return verify_remote(*place, options.json ? Output::kJson : Output::kText, shell);
}

}  // namespace

void add_verify(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand(
      "verify", "Check that logs, contents and databases are whole and unchanged");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("DIR|WORKSPACE", options->target,
                   "a data folder, a workspace's folder, or a workspace's id or name")
      ->required();
  command->add_option("--data", options->data,
                      "the data folder that holds the workspace [CODITECT_DATA, ./data]");
  command->add_flag_callback(
      "--repair", [options] { options->repair = Repair::kWhatTheLogAllows; },
      "remove damaged databases, so that the next query builds them from the log");
  command->add_flag("--json", options->json, "print what was found as JSON");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return verify(*options, shell); };
  });
}

}  // namespace coditect::app
