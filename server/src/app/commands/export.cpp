#include <CLI/CLI.hpp>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdlib.h>

#include "app/commands/commands.h"
#include "app/print/progress.h"
#include "app/print/text.h"
#include "app/storage/configured_store.h"
#include "app/storage/find_folder.h"
#include "app/storage/store_session.h"
#include "base/json.h"
#include "storage/replication/export/project_export.h"
#include "storage/replication/log/log_tail.h"

namespace coditect::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kAbout =
    "Write a workspace's files into an object store, one object each, to be mounted with gcsfuse";
constexpr const char* kFooter =
    "The files are those that the server has copied to the store: at most a second old for edits,\n"
    "minutes for what git or another program changed. Only what differs from the last export is\n"
    "written. Objects have no modes, and symbolic links are left out.\n"
    "docs/operations/gcsfuse.md says how to mount it.";

struct Options {
  std::string store;
  std::string workspace;
  std::string to;
  std::string scratch;
  bool keep_going = false;
  bool json = false;
};

Result<void> check_export(const Options& options) {
  const auto from = objects::parse_store_url(options.store);
  if (!from) return Error(from.error()).in("--store");
  const auto to = objects::parse_store_url(options.to);
  if (!to) return Error(to.error()).in("--to");
  return {};
}

json::object to_json(const replication::ExportReport& report) {
  json::array refused;
  for (const auto& [path, why] : report.refused) refused.push_back({{"path", path}, {"why", why}});
  return {{"through_seq", report.through_seq},
          {"files", report.files},
          {"bytes", report.bytes},
          {"put", report.put},
          {"put_bytes", report.put_bytes},
          {"removed", report.removed},
          {"unchanged", report.unchanged},
          {"executables", report.executables},
          {"links", json::array(report.links.begin(), report.links.end())},
          {"refused", std::move(refused)},
          {"notes", json::array(report.notes.begin(), report.notes.end())}};
}

/// A folder of one's own that goes with everything in it.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> make(const std::string& parent) {
    std::error_code error;
    const fs::path folder = parent.empty() ? fs::temp_directory_path(error) : fs::path(parent);
    if (error) return system_error("looking for a temporary folder", error.value());
    std::string name = (folder / "coditect-export-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return system_error("make " + name, errno);
    return std::unique_ptr<Scratch>(new Scratch(std::move(name)));
  }
  Scratch(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;  // what is left of a temporary folder harms nobody
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}

  const fs::path path_;
};

awaitable<Result<replication::ExportReport>> find_and_export(objects::ObjectStore& store,
                                                             objects::ObjectStore& target,
                                                             BlockingPool& disk, Options options,
                                                             fs::path scratch) {
  CO_TRY(std::string folder, co_await find_workspace_folder(store, WorkspaceId(options.workspace)));
  replication::LogTail tail(store);
  const replication::RestoreParts parts{store, disk, tail};
  const auto lost =
      options.keep_going ? replication::LostFiles::kLeaveOut : replication::LostFiles::kRefuse;
  co_return co_await replication::export_project(parts, std::move(folder), target,
                                                 std::move(scratch), lost);
}

awaitable<Result<replication::ExportReport>> export_between(objects::ObjectStore& store,
                                                            objects::ObjectStore& target,
                                                            BlockingPool& disk, Options options,
                                                            fs::path scratch) {
  auto exported =
      co_await find_and_export(store, target, disk, std::move(options), std::move(scratch));
  co_await target.close();
  co_await store.close();
  co_return exported;
}

void print(const Options& options, const replication::ExportReport& report, std::ostream& out) {
  if (options.json) {
    out << json::serialize(to_json(report)) << '\n';
    return;
  }
  out << options.workspace << ": " << report.files << " files as of event " << report.through_seq
      << "; " << report.put << " written, " << report.removed << " removed, " << report.unchanged
      << " unchanged\n";
  for (const auto& [path, why] : report.refused) {
    out << "left out: " << one_line(path) << ": " << one_line(why) << '\n';
  }
  for (const std::string& note : report.notes) out << "note: " << one_line(note) << '\n';
}

Result<void> run_export(const Options& options, Shell& shell) {
  StoreSession session;
  TRY(const ConfiguredStore store,
      open_store_of("--store", options.store, shell.environment, session.parts()));
  TRY(const ConfiguredStore target,
      open_store_of("--to", options.to, shell.environment, session.parts()));
  TRY(const std::unique_ptr<Scratch> scratch, Scratch::make(options.scratch));
  Result<replication::ExportReport> report = [&] {
    const Progress progress(shell, "exporting " + options.workspace);
    return session.run(
        export_between(*store.store, *target.store, session.disk(), options, scratch->path()));
  }();
  if (!report) return std::move(report).error();
  print(options, *report, shell.out);
  return {};
}

}  // namespace

void add_export(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("export", kAbout);
  command->footer(kFooter);
  const auto options = std::make_shared<Options>();
  command->add_option("--store", options->store, "the object store, as for `serve`")->required();
  command->add_option("--workspace", options->workspace, "the workspace's id")->required();
  command
      ->add_option("--to", options->to,
                   "the store and folder that receive it, for this workspace alone")
      ->required();
  command->add_option("--scratch", options->scratch,
                      "a folder with room for a copy of the workspace; else the temporary one");
  command->add_flag("--keep-going", options->keep_going,
                    "leave out files whose content is lost, and say which");
  command->add_flag("--json", options->json, "print the report as JSON");
  command->callback([options, &shell, &selection] {
    selection.check = [options] { return check_export(*options); };
    selection.run = [options, &shell] { return run_export(*options, shell); };
  });
}

}  // namespace coditect::app
