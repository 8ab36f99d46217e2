#include "storage/replication/export/project_export.h"

#include <fmt/format.h>

#include "base/posix_file.h"
#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/replication/export/index_store.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/sync/for_each.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

struct Project {
  WorkspaceId workspace;
  Sequence through_seq = 0;
  fs::path root;
  ProjectFiles files;
  std::vector<std::string> notes;
};

/// Brings the project's files into `scratch`.
awaitable<Result<Project>> fetch(RestoreParts from, std::string folder, fs::path scratch,
                                 LostFiles lost) {
  CO_TRY(Versioned<Manifest> loaded, co_await ManifestStore(from.store, folder).load());
  Manifest manifest = std::move(loaded.value);
  manifest.databases.clear();  // are not looked at, so they need not come
  WorkspaceCopy copy(from, folder, std::move(manifest), std::move(scratch), std::nullopt);
  CO_TRY_VOID(co_await copy.begin());
  CO_TRY_VOID(co_await copy.load_log());
  CO_TRY_VOID(co_await copy.load_blobs(OnProgress()));
  CO_TRY(RestoredProject restored, co_await copy.build_project(lost));
  Project project;
  project.workspace = copy.manifest().workspace;
  project.through_seq = copy.head().seq;
  project.root = copy.root() / "projects";
  project.notes = std::move(restored.notes);
  auto look = [&project] { return read_project_files(project.root); };
  CO_TRY(project.files, co_await from.disk.run(std::move(look)));
  co_return project;
}

/// Writes one round of changes into the target.
///
/// Lifetime: what it refers to outlives it.
class Round {
 public:
  Round(objects::ObjectStore& target, BlockingPool& disk, const Project& project)
      : target_(target), disk_(disk), project_(project), index_(target) {}

  awaitable<Result<void>> run(ExportReport& report) {
    CO_TRY(Versioned<ExportIndex> now, co_await index_.load());
    CO_TRY_VOID(check_owner(now));
    plan_ = plan_export(now.value, project_.files.hashes);
    report.unchanged = plan_.unchanged;
    ExportIndex done{project_.workspace, project_.through_seq, project_.files.hashes, {}};
    if (now.value == done) co_return Result<void>{};
    CO_TRY_VOID(co_await announce(now));
    CO_TRY_VOID(co_await transfer(report));
    auto ended = co_await index_.replace(std::move(done), std::move(now.generation));
    if (ended) co_return Result<void>{};
    if (ended.error().code != Errc::kConflict) co_return std::move(ended).error();
    CO_TRY_VOID(co_await index_.mark_changing(touched()));
    co_return Error{Errc::kConflict, "another export wrote to the same place at the same time",
                    "let one end before the next begins, and run it once more"};
  }

 private:
  Result<void> check_owner(const Versioned<ExportIndex>& now) const {
    if (now.generation.empty() || now.value.workspace == project_.workspace) return {};
    return Error{
        Errc::kConflict,
        fmt::format("the target holds the files of workspace {}", now.value.workspace.str()),
        "give each workspace a folder of its own: gs://BUCKET/FOLDER"};
  }

  std::set<std::string> touched() const {
    std::set<std::string> paths(plan_.put.begin(), plan_.put.end());
    paths.insert(plan_.remove.begin(), plan_.remove.end());
    return paths;
  }

  /// From here on the next export does again whatever this one may have left half done.
  awaitable<Result<void>> announce(Versioned<ExportIndex>& now) {
    std::set<std::string> paths = touched();
    if (paths.empty()) co_return Result<void>{};
    ExportIndex begun = now.value;
    begun.workspace = project_.workspace;
    begun.changing = std::move(paths);
    CO_TRY(now.generation, co_await index_.replace(std::move(begun), now.generation));
    co_return Result<void>{};
  }

  awaitable<Result<void>> transfer(ExportReport& report) {
    // First what goes: a file may have become a folder, which some stores cannot hold beside it.
    CO_TRY_VOID(co_await for_each(plan_.remove.size(), limits::kTransfersMax, [&](std::size_t i) {
      return target_.remove(export_key(plan_.remove[i]));
    }));
    report.removed = plan_.remove.size();
    co_return co_await for_each(plan_.put.size(), limits::kTransfersMax,
                                [&](std::size_t i) { return put(plan_.put[i], report); });
  }

  awaitable<Result<void>> put(const std::string& path, ExportReport& report) {
    CO_TRY(const std::uint64_t bytes, co_await put_content(path));
    ++report.put;
    report.put_bytes += bytes;
    co_return Result<void>{};
  }

  awaitable<Result<std::uint64_t>> put_content(const std::string& path) {
    const objects::Condition always = objects::Always{};
    std::string key = export_key(path);
    if (project_.files.keepers.contains(path)) {
      CO_TRY([[maybe_unused]] const objects::ObjectInfo info,
             co_await target_.put(std::move(key), std::string(), always));
      co_return std::uint64_t{0};
    }
    auto open = [file = project_.root / path] { return objects::FileSource::open(file); };
    CO_TRY(objects::FileSource source, co_await disk_.run(std::move(open)));
    if (source.bytes() > limits::kObjectPartBytes) {
      CO_TRY([[maybe_unused]] const objects::ObjectInfo info,
             co_await target_.put(std::move(key), source, always));
      co_return source.bytes();
    }
    auto read = [&source] { return objects::read_all(source); };
    CO_TRY(std::string content, co_await disk_.run(std::move(read)));
    CO_TRY([[maybe_unused]] const objects::ObjectInfo info,
           co_await target_.put(std::move(key), std::move(content), always));
    co_return source.bytes();
  }

  objects::ObjectStore& target_;
  BlockingPool& disk_;
  const Project& project_;
  IndexStore index_;
  ExportPlan plan_;
};

/// What a reader of the export should know.
std::vector<std::string> notes_on(const ProjectFiles& files) {
  std::vector<std::string> notes;
  if (files.executables > 0) {
    notes.push_back(
        fmt::format("{} files are executable, which objects cannot be: a mount shows "
                    "every file with the same mode",
                    files.executables));
  }
  if (!files.links.empty()) {
    notes.push_back(fmt::format("{} symbolic links are left out, '{}' first", files.links.size(),
                                files.links.front()));
  }
  if (files.empty_folders > 0) {
    notes.push_back(fmt::format("{} empty folders are left out", files.empty_folders));
  }
  return notes;
}

}  // namespace

awaitable<Result<ExportReport>> export_project(RestoreParts from, std::string folder,
                                               objects::ObjectStore& target, fs::path scratch,
                                               LostFiles lost) {
  CO_TRY(Project project, co_await fetch(from, std::move(folder), std::move(scratch), lost));
  ExportReport report;
  report.through_seq = project.through_seq;
  report.files = project.files.hashes.size();
  report.bytes = project.files.bytes;
  report.executables = project.files.executables;
  Round round(target, from.disk, project);
  CO_TRY_VOID(co_await round.run(report));
  report.notes = std::move(project.notes);
  for (std::string& note : notes_on(project.files)) report.notes.push_back(std::move(note));
  report.links = std::move(project.files.links);
  report.refused = std::move(project.files.refused);
  co_return report;
}

}  // namespace coditect::replication
