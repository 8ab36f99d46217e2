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
/// The tree was read while somebody may have been writing. It may lack the last edits up to its
/// `seq`, which were logged and had not reached the folder, and may hold later ones. So edits from
/// before `seq` are given as well: a file that the tree has as it was at any moment since becomes
/// what the last of them made it; one that the tree has otherwise is somebody's own and stays.
/// What an edit after `seq` made of a file holds whatever the tree has.
///
/// Contents are known by their hash, and an edit says how one follows from another: only those that
/// are asked for are put together. A file that was moved while its folder was read is in no tree,
/// and what it holds may be told by edits from long before: those are recalled where it is needed.
///
/// Threads:    one at a time.
/// Invariants: no path leads out of the project.
class WorkingTree {
 public:
  struct File {
    std::string hash;
    std::uint32_t mode = 0644;
  };
  /// Gives the blob with a hash.
  using Fetch = std::function<Result<std::string>(const std::string& hash)>;
  /// Says whether there is a blob with a hash.
  using Holds = std::function<bool(const std::string& hash)>;

  WorkingTree(std::vector<blobs::TreeEntry> entries, Sequence seq);

  /// Takes a `file_edit`; they come in the order of the log. Errc::kInvalid for a path that leads
  /// out of the project.
  Result<void> apply(const Event& edit);
  /// After the last edit.
  void finish();
  /// Whether every file's content is told by the tree and the edits.
  bool is_told() const;
  /// Takes every edit of the log once more, from the first one on and after finish(), for the
  /// contents that they tell.
  void recall(const Event& edit, const Holds& holds);
  /// After the last of these: takes from the blob store what is still not told.
  void look_up(const Holds& holds);

  /// By path. Symbolic links map to their targets.
  const std::map<std::string, File>& files() const { return files_; }
  const std::map<std::string, std::string>& links() const { return links_; }
  /// Folders that hold nothing.
  const std::set<std::string>& folders() const { return folders_; }

  /// What a changed file was before, where that is a blob: in the tree, as a rule; null otherwise.
  const File* before(const std::string& path) const;
  /// True for a content that is a blob by itself.
  bool is_blob(const std::string& hash) const { return blobs_.contains(hash); }
  /// Puts a content together. Errc::kNotFound when the log does not carry it; errors of `fetch`.
  Result<std::string> content(const std::string& hash, const Fetch& fetch) const;

 private:
  struct Edit;
  /// How a content comes to be, from a blob, from one with an older recipe or from nothing.
  struct Recipe {
    std::string before;  ///< the hash of what it is made from; "" where it is whole
    Event event;
    bool whole = false;
  };
  /// What the edits up to seq_ made of one file.
  struct Past {
    std::set<std::string> states;  ///< hashes; "" for no file
    std::string hash;              ///< the last one
    std::optional<std::uint32_t> mode;
  };

  static Edit taken_apart(const Event& event);
  bool is_told(const std::string& hash) const;
  void learn(const Edit& edit);
  void note_past(const std::string& path, const std::string& before, const std::string& after,
                 std::optional<std::uint32_t> mode);
  void set(const std::string& path, const std::string& hash, std::optional<std::uint32_t> mode);

  // Constant after construction.
  const Sequence seq_;

  std::map<std::string, File> before_;  ///< the first blob that a changed file was
  std::map<std::string, File> files_;
  std::map<std::string, std::string> links_;
  std::set<std::string> folders_;
  std::set<std::string> blobs_;
  std::map<std::string, Recipe> recipes_;  ///< by the hash of the content
  std::map<std::string, Past> past_;       ///< by path, until the first later edit
};

}  // namespace coditect::replication
