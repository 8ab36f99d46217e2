#include "workspace/worktrees/tree_merge.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "storage/files/file_change.h"
#include "tools/line_merge.h"

namespace coditect::workspace {

namespace {

using blobs::TreeEntry;
using Entry = std::optional<TreeEntry>;
using Tree = std::span<const TreeEntry>;
using Kind = TreeEntry::Kind;

Entry at(Tree tree, std::string_view path) {
  const auto found = std::ranges::lower_bound(tree, path, {}, &TreeEntry::path);
  return found != tree.end() && found->path == path ? Entry(*found) : Entry();
}

/// Every path at which the two differ, in order.
std::vector<std::string> differing(Tree before, Tree after) {
  std::vector<std::string> paths;
  auto left = before.begin();
  auto right = after.begin();
  while (left != before.end() || right != after.end()) {
    const int order = left == before.end()   ? 1
                      : right == after.end() ? -1
                                             : left->path.compare(right->path);
    if (order != 0 || *left != *right) paths.push_back(order <= 0 ? left->path : right->path);
    if (order <= 0) ++left;
    if (order >= 0) ++right;
  }
  return paths;
}

/// What becomes of one path, or why that cannot be said.
struct Decision {
  Entry entry;
  std::string conflict = {};
};

struct Sides {
  Entry base;
  Entry ours;
  Entry theirs;
};

Result<Decision> merge_texts(const Sides& sides, TreeEntry merged, blobs::BlobStore& blobs,
                             const MergeNames& names) {
  Decision undecided{sides.theirs, "both changed it, and it is not a text"};
  for (const TreeEntry* entry : {&*sides.base, &*sides.ours, &*sides.theirs}) {
    if (entry->size > limits::kFileBytesMax) return undecided;
  }
  TRY(const std::string base, blobs.get(sides.base->hash));
  TRY(const std::string ours, blobs.get(sides.ours->hash));
  TRY(const std::string theirs, blobs.get(sides.theirs->hash));
  if (!files::is_text(base) || !files::is_text(ours) || !files::is_text(theirs)) return undecided;
  const tools::ConflictMarks marks{names.ours, names.theirs};
  const tools::Merged text = tools::merge_lines(base, ours, theirs, &marks);
  TRY(merged.hash, blobs.put(text.text));
  merged.size = text.text.size();
  const bool clean = text.conflicts.empty();
  return Decision{std::move(merged), clean ? "" : "both changed the same lines"};
}

/// A file of both sides that both changed, or that both made.
Result<Decision> merge_files(const Sides& sides, blobs::BlobStore& blobs, const MergeNames& names) {
  Sides known = sides;
  if (!known.base || known.base->kind != Kind::kFile) {
    // Both made it: all that they do not share is in conflict.
    TRY(const std::string empty, blobs.put(""));
    known.base = TreeEntry{sides.ours->path, Kind::kFile, empty, 0, sides.ours->mode, ""};
  }
  TreeEntry merged = *known.ours;
  if (known.theirs->mode != known.base->mode) merged.mode = known.theirs->mode;
  const bool ours_same = known.ours->hash == known.base->hash;
  const bool theirs_same = known.theirs->hash == known.base->hash;
  if (ours_same || known.ours->hash == known.theirs->hash) {
    merged.hash = known.theirs->hash;
    merged.size = known.theirs->size;
    return Decision{std::move(merged)};
  }
  if (theirs_same) return Decision{std::move(merged)};
  return merge_texts(known, std::move(merged), blobs, names);
}

Result<Decision> decide(const Sides& sides, blobs::BlobStore& blobs, const MergeNames& names) {
  if (sides.ours == sides.base || sides.ours == sides.theirs) return Decision{sides.theirs};
  const auto is_file = [](const Entry& entry) { return entry && entry->kind == Kind::kFile; };
  if (is_file(sides.ours) && is_file(sides.theirs)) return merge_files(sides, blobs, names);
  if (!sides.theirs) return Decision{sides.theirs, "the task removed it, and it changed meanwhile"};
  if (!sides.ours) return Decision{sides.theirs, "it was removed, and the task changed it"};
  return Decision{sides.theirs, "both made something else of it"};
}

/// Where what cannot be at its path is kept for whoever decides.
std::string aside_name(std::string path) {
  std::ranges::replace(path, '/', '-');
  return "conflict-" + path;
}

/// Paths at which a file or link is to be where something else needs a folder, or the other way
/// round.
std::set<std::string> misplaced(Tree ours, const TreeMerge::Changes& wanted) {
  std::set<std::string> paths;
  const std::vector<TreeEntry> after = with_changes(ours, wanted);
  for (const TreeEntry& entry : after) {
    for (std::size_t slash = entry.path.find('/'); slash != std::string::npos;
         slash = entry.path.find('/', slash + 1)) {
      const std::string parent = entry.path.substr(0, slash);
      const Entry there = at(after, parent);
      if (!there || there->kind == Kind::kDirectory) continue;
      if (wanted.contains(parent)) paths.insert(parent);
      if (wanted.contains(entry.path)) paths.insert(entry.path);
    }
  }
  return paths;
}

}  // namespace

std::vector<TreeEntry> with_changes(Tree tree, const TreeMerge::Changes& changes) {
  std::vector<TreeEntry> result;
  for (const TreeEntry& entry : tree) {
    if (!changes.contains(entry.path)) result.push_back(entry);
  }
  for (const auto& [path, entry] : changes) {
    if (entry) result.push_back(*entry);
  }
  std::ranges::sort(result, {}, &TreeEntry::path);
  return result;
}

Result<TreeMerge> merge_trees(Tree base, Tree ours, Tree theirs, blobs::BlobStore& blobs,
                              const MergeNames& names) {
  TreeMerge merge;
  for (const std::string& path : differing(base, theirs)) {
    const Sides sides{at(base, path), at(ours, path), at(theirs, path)};
    TRY(Decision decision, decide(sides, blobs, names));
    if (decision.conflict.empty()) {
      if (decision.entry != sides.ours) merge.wanted[path] = std::move(decision.entry);
      continue;
    }
    merge.undecided[path] = std::move(decision.entry);
    merge.conflicts.push_back({path, std::move(decision.conflict)});
  }
  for (const std::string& path : misplaced(ours, merge.wanted)) {
    Entry entry = std::move(merge.wanted[path]);
    merge.wanted.erase(path);
    if (entry) entry->path = aside_name(path);
    if (entry) merge.undecided[entry->path] = entry;
    merge.conflicts.push_back({path, "a file stands where a folder is needed"});
  }
  std::ranges::sort(merge.conflicts, {}, &MergeConflict::path);
  return merge;
}

}  // namespace coditect::workspace
