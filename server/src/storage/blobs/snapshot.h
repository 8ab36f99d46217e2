#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/stat_cache.h"
#include "storage/blobs/tree.h"

namespace coditect::blobs {

/// Folders below this depth are left out, and named.
inline constexpr std::size_t kTreeDepthMax = 128;
/// A file up to this size is read at once; a larger one in parts.
inline constexpr std::size_t kReadAtOnceBytesMax = 4u << 20;
/// read_tree() refuses a larger manifest: some ten million files.
inline constexpr std::size_t kManifestBytesMax = 2u << 30;

/// True for what a snapshot leaves out; asked with each path relative to the root. A folder that
/// is left out is not looked into.
using Ignore = std::function<bool(std::string_view path)>;

/// What a snapshot could not take, and why: nothing is lost in silence.
struct Skipped {
  std::string path;
  std::string why;
};

struct Snapshot {
  Tree tree;
  std::vector<Skipped> skipped;
};

/// Whether what is named `.git` is part of a tree.
enum class Repositories {
  kLeftOut,  ///< a repository is its own history, and half of one is worse than none
  kTaken,    ///< for a copy of the whole project
};

/// Stores every file below `root` and a manifest of them; all of it is durable on return.
///
/// Symbolic links are recorded and never followed, so the walk stays below `root` even when
/// somebody changes the folder meanwhile. Files of any size are stored. What cannot be read or is
/// no file (a pipe, a device, a name that is not UTF-8) is named in `skipped`. A file that vanishes
/// during the walk is not part of the tree.
///
/// Errors: those of the store; Errc::kNotFound when `root` is no folder.
Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store,
                               const Ignore& ignore,
                               Repositories repositories = Repositories::kLeftOut);
Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store);
/// The same for a folder that was taken before: what `cache` says is unchanged is not read, and a
/// tree that is as it was is not stored. `cache` belongs to this folder and this store; it is
/// unchanged on failure.
Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store,
                               const Ignore& ignore, StatCache& cache);

/// The tree with this hash, checked.
Result<Tree> read_tree(std::string_view hash, const BlobStore& store);

}  // namespace coditect::blobs
