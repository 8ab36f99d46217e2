#include "storage/replication/restore/restore.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>

#include "app/commands/commands.h"
#include "app/print/progress.h"
#include "app/storage/configured_store.h"
#include "app/storage/find_folder.h"
#include "app/storage/store_session.h"
#include "base/json.h"
#include "storage/replication/log/log_tail.h"

namespace coditect::app {

namespace {

struct Options {
  std::string store;
  std::string workspace;
  std::string data;
  std::optional<Sequence> through;
  bool keep_going = false;
  bool json = false;
};

Result<void> check_restore(const Options& options) {
  const auto parsed = objects::parse_store_url(options.store);
  if (!parsed) return Error(parsed.error()).in("--store");
  if (options.through && *options.through == 0) return invalid("--through begins at 1");
  return {};
}

json::object to_json(const replication::RestoreReport& report) {
  const auto array = [](const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
  };
  return {{"folder", report.root.string()},
          {"events", report.events},
          {"through_seq", report.through_seq},
          {"head_hash", report.head_hash},
          {"files", report.files},
          {"bytes", report.bytes},
          {"databases_restored", array(report.databases_restored)},
          {"databases_rebuilt", array(report.databases_rebuilt)},
          {"notes", array(report.notes)}};
}

awaitable<Result<replication::RestoreReport>> find_and_restore(objects::ObjectStore& store,
                                                               BlockingPool& disk,
                                                               Options options) {
  CO_TRY(std::string folder, co_await find_workspace_folder(store, WorkspaceId(options.workspace)));
  replication::LogTail tail(store);
  replication::RestoreOptions wanted;
  wanted.through_seq = options.through;
  if (options.keep_going) wanted.lost = replication::LostFiles::kLeaveOut;
  const replication::RestoreParts parts{store, disk, tail};
  co_return co_await replication::restore_workspace(parts, std::move(folder), options.data,
                                                    std::move(wanted));
}

awaitable<Result<replication::RestoreReport>> restore_from(objects::ObjectStore& store,
                                                           BlockingPool& disk, Options options) {
  auto restored = co_await find_and_restore(store, disk, std::move(options));
  co_await store.close();
  co_return restored;
}

Result<void> restore(const Options& options, Shell& shell) {
  StoreSession session;
  TRY(const ConfiguredStore store,
      open_store_of("--store", options.store, shell.environment, session.parts()));
  Result<replication::RestoreReport> report = [&] {
    const Progress progress(shell, "restoring " + options.workspace);
    return session.run(restore_from(*store.store, session.disk(), options));
  }();
  if (!report) return std::move(report).error();
  if (options.json) {
    shell.out << json::serialize(to_json(*report)) << '\n';
    return {};
  }
  shell.out << options.workspace << ": " << report->events << " events, " << report->files
            << " files in " << report->root.string() << '\n';
  for (const std::string& note : report->notes) shell.out << "note: " << note << '\n';
  shell.out << "`coditect verify " << options.data << "` checks it; `coditect serve --no-store "
            << "--data " << options.data << "` serves it\n";
  return {};
}

}  // namespace

void add_restore(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("restore", "Bring a workspace back from the object store");
  const auto options = std::make_shared<Options>();
  command->add_option("--store", options->store, "the object store, as for `serve`")->required();
  command->add_option("--workspace", options->workspace, "the workspace's id")->required();
  command->add_option("--data", options->data, "the data folder that receives it")->required();
  command->add_option("--through", options->through, "end with this event instead of the last");
  command->add_flag("--keep-going", options->keep_going,
                    "leave out files whose content is lost, and say which");
  command->add_flag("--json", options->json, "print the report as JSON");
  command->callback([options, &shell, &selection] {
    selection.check = [options] { return check_restore(*options); };
    selection.run = [options, &shell] { return restore(*options, shell); };
  });
}

}  // namespace coditect::app
