#include "workspace/second_look.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "workspace/files/guarded_rename.h"
#include "workspace/files/tree_apply.h"

namespace coditect::workspace {

namespace {

using Kind = blobs::TreeEntry::Kind;
using Entries = std::map<std::string, blobs::TreeEntry, std::less<>>;

/// What is there now; a folder is nothing, for it follows from what is in it.
Result<std::optional<blobs::TreeEntry>> entry_now(const std::string& path,
                                                  const ProjectFolder& folder) {
  TRY(auto entry, entry_at(folder, path));
  if (entry && entry->kind == Kind::kDirectory) entry.reset();
  return entry;
}

std::optional<blobs::TreeEntry> known_at(const blobs::Tree& tree, const std::string& path) {
  const auto found = std::ranges::lower_bound(tree.entries, path, {}, &blobs::TreeEntry::path);
  if (found == tree.entries.end() || found->path != path) return std::nullopt;
  return *found;
}

/// Stores the content that the file has now.
Result<void> keep(blobs::TreeEntry& file, const ProjectFolder& folder, blobs::BlobStore& blobs) {
  TRY(const FileContent content, folder.read(file.path, kTrackedBytesMax));
  TRY(file.hash, blobs.put(content.bytes));
  file.size = content.bytes.size();
  return {};
}

/// A folder that is not empty any more has no entry.
void fill_folders(Entries& entries, const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    entries.erase(path.substr(0, slash));
  }
}

blobs::Tree tree_of(Entries entries) {
  blobs::Tree tree;
  for (auto& [path, entry] : entries) {
    if (entry.kind == Kind::kFile) {
      ++tree.files;
      tree.bytes += entry.size;
    }
    tree.entries.push_back(std::move(entry));
  }
  return tree;
}

}  // namespace

Result<blobs::Tree> look_again(blobs::Tree tree, const std::set<std::string>& paths,
                               const ProjectFolder& folder, blobs::BlobStore& blobs) {
  std::map<std::string, std::optional<blobs::TreeEntry>> different;
  for (const std::string& path : paths) {
    auto now = entry_now(path, folder);
    if (!now && now.error().code == Errc::kLimit) continue;
    if (!now) return std::move(now).error();
    if (*now == known_at(tree, path)) continue;
    if (*now && (*now)->kind == Kind::kFile) {
      auto kept = keep(**now, folder, blobs);
      if (!kept && kept.error().code != Errc::kNotFound) return std::move(kept).error();
      if (!kept) now->reset();
    }
    different[path] = *std::move(now);
  }
  if (different.empty()) return tree;
  Entries entries;
  for (blobs::TreeEntry& entry : tree.entries) entries.emplace(entry.path, std::move(entry));
  for (auto& [path, now] : different) {
    entries.erase(path);
    if (!now) continue;
    fill_folders(entries, path);
    entries.emplace(path, *std::move(now));
  }
  blobs::Tree looked = tree_of(std::move(entries));
  TRY(looked.hash, blobs.put(blobs::encode_manifest(looked.entries)));
  return looked;
}

}  // namespace coditect::workspace
