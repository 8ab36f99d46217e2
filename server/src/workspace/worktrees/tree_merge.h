#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/tree.h"

namespace coditect::workspace {

/// What cannot be merged by itself, in words that follow the path: "both changed the same lines".
struct MergeConflict {
  std::string path;
  std::string why;
};

/// What two trees that began as one make together.
struct TreeMerge {
  using Changes = std::map<std::string, std::optional<blobs::TreeEntry>, std::less<>>;

  /// What comes into `ours`, goes from it or is replaced, without what is in conflict.
  Changes wanted;
  /// For each path in conflict what somebody can decide from: both sides of a text, between marks,
  /// or the side of `theirs`, which has another path where it cannot be at its own.
  Changes undecided;
  std::vector<MergeConflict> conflicts;  ///< by path
};

/// How the two sides are named in texts that hold both.
struct MergeNames {
  std::string ours;
  std::string theirs;
};

/// Makes in `ours` the changes that turn `base` into `theirs`: a merge of three trees, file by file
/// and, where both changed a text, line by line. All three are sorted by path, and the contents are
/// in `blobs`, to which it adds what it makes. Blocking.
///
/// Conflicts: both changed the same or adjoining lines, or a file that is no text; one removed what
///            the other changed; one put a file where the other has a folder.
Result<TreeMerge> merge_trees(std::span<const blobs::TreeEntry> base,
                              std::span<const blobs::TreeEntry> ours,
                              std::span<const blobs::TreeEntry> theirs, blobs::BlobStore& blobs,
                              const MergeNames& names);

/// The tree with these changes, sorted by path. Pure.
std::vector<blobs::TreeEntry> with_changes(std::span<const blobs::TreeEntry> tree,
                                           const TreeMerge::Changes& changes);

}  // namespace coditect::workspace
