#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::replication {

/// A larger index is not written: it is that of some 400,000 files.
inline constexpr std::size_t kExportIndexBytesMax = 64u << 20;

/// What an export has put into a store: export.json there; docs/operations/gcsfuse.md has the
/// format.
///
/// Invariants: the object of a path in `files` has that content unless the path is in `changing`
///             as well; no object is there for a path that is in neither.
struct ExportIndex {
  WorkspaceId workspace;
  Sequence through_seq = 0;                  ///< the last event whose edits are in the files
  std::map<std::string, std::string> files;  ///< path below projects/ to the content's SHA-256
  /// Paths whose objects an export that has not ended may be writing or removing.
  std::set<std::string> changing;

  bool operator==(const ExportIndex&) const = default;
};

/// What is to be done so that a store holds the wanted files.
struct ExportPlan {
  std::vector<std::string> put;     ///< paths, sorted
  std::vector<std::string> remove;  ///< paths, sorted
  std::size_t unchanged = 0;
};
/// `wanted` maps paths to hashes as ExportIndex::files does. What is being changed is done again.
ExportPlan plan_export(const ExportIndex& now, const std::map<std::string, std::string>& wanted);

/// One line of JSON and a newline.
std::string to_text(const ExportIndex& index);
/// Errc::kInternal for anything that to_text() would not write, saying what.
Result<ExportIndex> parse_export_index(std::string_view text);

}  // namespace coditect::replication
