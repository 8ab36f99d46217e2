#include "storage/replication/restore/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/posix_file.h"
#include "storage/databases/database_name.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/sync/for_each.h"
#include "storage/replication/sync/uploaded_names.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

fs::path restores_of(const fs::path& data) { return data / "node" / "restore"; }

/// A new folder on the file system of the data folder, so that a rename is all that is left to do.
Result<fs::path> make_staging(const fs::path& data) {
  TRY_VOID(make_directories(restores_of(data)));
  std::string name = (restores_of(data) / "r-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return system_error("make " + name, errno);
  return fs::path(name);
}

Error taken(const fs::path& root) {
  return {Errc::kConflict, "there is a workspace in " + root.string() + " already",
          "remove it first, or restore into another data folder"};
}

/// The registry's row, which is what makes a folder a workspace.
std::string meta_text(const Manifest& manifest, const RestoreOptions& options) {
  json::object meta = manifest.meta;
  meta["id"] = options.fork ? options.fork->workspace.str() : manifest.workspace.str();
  return json::serialize(meta) + "\n";
}

/// Makes the copy durable and moves it to its place.
Result<void> install(const fs::path& copy, const fs::path& root, const std::string& meta) {
  TRY(const FileDescriptor folder, open_file(copy, O_RDONLY | O_DIRECTORY));
  // One sync for all of the files, whose number has no limit.
  if (::syncfs(folder.get()) != 0) return system_error("syncing " + copy.string(), errno);
  TRY_VOID(write_file_atomically(copy / "workspace.json", meta));
  TRY_VOID(make_directories(root.parent_path()));
  std::error_code error;
  if (fs::exists(root / "workspace.json", error)) return taken(root);
  // What a provisioning left that was cut short is no workspace.
  fs::remove_all(root, error);
  if (::rename(copy.c_str(), root.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) return taken(root);
    return system_error("rename " + copy.string(), errno);
  }
  return sync_directory(root.parent_path());
}

RestoreReport describe(const WorkspaceCopy& copy, const RestoredProject& project) {
  RestoreReport report;
  report.events = report.through_seq = copy.head().seq;
  report.head_hash = copy.head().hash;
  report.files = project.files;
  report.bytes = copy.log_bytes() + copy.blobs().bytes + project.bytes;
  report.databases_restored = copy.databases().restored();
  report.notes = copy.databases().notes();
  report.notes.insert(report.notes.end(), project.notes.begin(), project.notes.end());
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    const std::string text(databases::to_string(name));
    const auto& restored = report.databases_restored;
    if (std::ranges::find(restored, text) == restored.end()) {
      report.databases_rebuilt.push_back(text);
    }
  }
  return report;
}

awaitable<Result<void>> build_databases(WorkspaceCopy& copy, bool whole) {
  if (whole) co_return co_await copy.build_databases();
  co_return Result<void>{};  // they are built from the events
}

awaitable<Result<void>> build_files(WorkspaceCopy& copy, const RestoreOptions& options,
                                    RestoredProject& project) {
  CO_TRY_VOID(co_await copy.load_blobs(options.on_progress));
  CO_TRY(project, co_await copy.build_project(options.lost));
  co_return Result<void>{};
}

/// What restore_workspace() does between making the staging folder and removing it.
awaitable<Result<RestoreReport>> restore_into(RestoreParts parts, std::string folder,
                                              fs::path staging, fs::path root,
                                              RestoreOptions options) {
  CO_TRY(Versioned<Manifest> manifest, co_await ManifestStore(parts.store, folder).load());
  const bool whole = !options.through_seq;
  WorkspaceCopy copy(parts, folder, std::move(manifest.value), std::move(staging),
                     options.through_seq);
  CO_TRY_VOID(co_await copy.begin());
  CO_TRY_VOID(co_await copy.load_log());
  if (copy.head().seq == 0) {
    co_return internal("the store holds no event of the workspace",
                       "it was lost before its first second was shipped");
  }
  RestoredProject project;
  // The databases and the project have nothing to do with each other.
  CO_TRY_VOID(co_await for_each(2, 2, [&](std::size_t part) {
    return part == 0 ? build_databases(copy, whole) : build_files(copy, options, project);
  }));
  auto finish = [&]() -> Result<void> {
    if (!options.fork) {
      UploadedNames uploaded(copy.root() / "uploaded", parts.store.description(), folder);
      TRY_VOID(uploaded.reset(copy.blob_objects()));
    }
    return install(copy.root(), root, meta_text(copy.manifest(), options));
  };
  CO_TRY_VOID(co_await parts.disk.run(std::move(finish)));
  RestoreReport report = describe(copy, project);
  report.root = std::move(root);
  co_return report;
}

}  // namespace

awaitable<Result<RestoreReport>> restore_workspace(RestoreParts parts, std::string folder,
                                                   fs::path data, RestoreOptions options) {
  const fs::path root = data / (options.fork ? options.fork->folder : folder);
  auto begin = [&]() -> Result<fs::path> {
    std::error_code error;
    if (fs::exists(root / "workspace.json", error)) return taken(root);
    return make_staging(data);
  };
  CO_TRY(const fs::path staging, co_await parts.disk.run(std::move(begin)));
  auto restored =
      co_await restore_into(parts, std::move(folder), staging, root, std::move(options));
  auto remove = [staging] {
    std::error_code ignored;  // the next start clears what is left over
    fs::remove_all(staging, ignored);
  };
  co_await parts.disk.run(std::move(remove));
  co_return restored;
}

Result<void> clear_restores(const fs::path& data) {
  std::error_code error;
  fs::remove_all(restores_of(data), error);
  if (error) return system_error("remove " + restores_of(data).string(), error.value());
  return {};
}

}  // namespace coditect::replication
