#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/replication/export/export_index.h"
#include "storage/replication/export/project_files.h"
#include "storage/replication/restore/workspace_copy.h"

namespace coditect::replication {

struct ExportReport {
  Sequence through_seq = 0;  ///< the last event whose edits are in the files
  std::uint64_t files = 0;   ///< that the target holds now
  std::uint64_t bytes = 0;   ///< of their contents
  std::uint64_t put = 0;
  std::uint64_t put_bytes = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t executables = 0;
  std::vector<std::string> links;  ///< left out
  std::vector<ProjectFiles::Refused> refused;
  std::vector<std::string> notes;  ///< what is not as in the workspace, in words
};

/// Writes the files of a workspace's project, one object each, so that other programs can read or
/// mount them:
///
///     projects/{path}    a file's content
///     export.json        see export_index.h
///
/// Reads what the workspace's owner has copied to the store, as a restore does, in `scratch`: an
/// empty folder, the caller's to remove. Only what differs from the last export is written. Links,
/// and files whose path makes no key, are left out and reported.
///
/// Each file is whole; the files together are those of one moment only once it has returned. Cut
/// short, or failed, it is made good by the next one: the index names beforehand what is changed.
///
/// Errors: Errc::kNotFound for no such workspace; kInternal for what is lost or damaged, with the
///         target unchanged; kConflict where the target holds something of another workspace, or
///         where another export wrote to it meanwhile; those of the stores and the disk.
awaitable<Result<ExportReport>> export_project(RestoreParts from, std::string folder,
                                               objects::ObjectStore& target,
                                               std::filesystem::path scratch, LostFiles lost);

}  // namespace coditect::replication
