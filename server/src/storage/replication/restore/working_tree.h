#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "storage/blobs/tree.h"

namespace coditect::replication {

/// A project's files as a tree and the edits after it make them. Decides; touches no disk.
///
/// The tree was read while somebody may have been writing: it holds every edit up to its `seq`, but
/// for the last ones, which may not have reached the folder, and it may hold later ones. Applying
/// all edits from a while before `seq` on gives the same files in each of these cases, because
/// every edit names the content that it starts from and the one that it leads to.
///
/// Threads:    one at a time.
/// Invariants: no path leads out of the project or through a file.
/// Errors:     those of fetching a content.
class WorkingTree {
 public:
  struct File {
    std::string hash;
    std::uint32_t mode = 0644;
    std::optional<std::string> content;  ///< none: the blob with this hash
  };
  /// Gives the content with a hash.
  using Fetch = std::function<Result<std::string>(const std::string& hash)>;

  WorkingTree(std::vector<blobs::TreeEntry> entries, Sequence seq, Fetch fetch);

  /// Applies a `file_edit`; they come in the order of the log.
  Result<void> apply(const Event& edit);

  /// By path. Symbolic links map to their targets.
  const std::map<std::string, File>& files() const { return files_; }
  const std::map<std::string, std::string>& links() const { return links_; }
  /// Folders that hold nothing.
  const std::set<std::string>& folders() const { return folders_; }

  /// What is not as the log says: a line for each file, in words.
  std::vector<std::string> doubts() const;

 private:
  struct Edit;
  Result<void> write(const Edit& edit);
  void put(const std::string& path, File file);
  void move(const Edit& edit);
  void remove(const Edit& edit);
  std::string hash_at(const std::string& path) const;

  // Constant after construction.
  const Sequence seq_;
  const Fetch fetch_;

  std::map<std::string, File> files_;
  std::map<std::string, std::string> links_;
  std::set<std::string> folders_;
  /// What the edits after `seq` left behind, by path: a hash, "" for no file.
  struct Expected {
    std::string hash;
    Sequence seq = 0;
  };
  std::map<std::string, Expected> expected_;
};

}  // namespace coditect::replication
