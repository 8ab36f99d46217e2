#include "storage/replication/export/project_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/posix_file.h"
#include "base/sha256.h"
#include "storage/blobs/folder_walk.h"
#include "storage/objects/object_key.h"

namespace coditect::replication {

namespace {

constexpr std::uint32_t kExecutableBits = 0111;
constexpr std::size_t kPartBytes = 1u << 20;

struct Content {
  std::string hash;
  std::uint64_t bytes = 0;
};

Result<Content> hash_file(const FileDescriptor& file, std::string& buffer) {
  Sha256 hash;
  Content content;
  for (;;) {
    TRY(const std::size_t count, read_at(file.get(), std::span(buffer), content.bytes));
    if (count == 0) break;
    hash.update(std::string_view(buffer).substr(0, count));
    content.bytes += count;
  }
  content.hash = hash.finish_hex();
  return content;
}

bool is_in_repository(std::string_view path) {
  return path.starts_with(".git/") || path.find("/.git/") != std::string_view::npos;
}

/// Adds what the walk found besides files.
void add_others(const std::vector<blobs::TreeEntry>& entries, ProjectFiles& found) {
  for (const blobs::TreeEntry& entry : entries) {
    if (entry.kind == blobs::TreeEntry::Kind::kSymlink) {
      found.links.push_back(entry.path);
      continue;
    }
    std::string keeper = fmt::format("{}/{}", entry.path, kFolderKeeper);
    if (is_in_repository(entry.path) && objects::check_key(export_key(keeper))) {
      found.hashes.emplace(keeper, sha256_hex(""));
      found.keepers.insert(std::move(keeper));
    } else {
      ++found.empty_folders;
    }
  }
  std::ranges::sort(found.links);
}

}  // namespace

std::string export_key(std::string_view path) { return fmt::format("projects/{}", path); }

Result<ProjectFiles> read_project_files(const std::filesystem::path& root) {
  ProjectFiles found;
  std::string buffer(kPartBytes, '\0');
  const blobs::FolderWalk::OnFile on_file = [&](std::string path, const FileDescriptor& file,
                                                const struct stat& status) -> Result<void> {
    const auto key = objects::check_key(export_key(path));
    if (!key) {
      found.refused.push_back({std::move(path), key.error().message});
      return {};
    }
    auto content = hash_file(file, buffer);
    if (!content) return std::move(content).error().in(path);
    found.bytes += content->bytes;
    if ((status.st_mode & kExecutableBits) != 0) ++found.executables;
    found.hashes.emplace(std::move(path), std::move(content->hash));
    return {};
  };
  const blobs::Ignore nothing;
  blobs::FolderWalk walk(nothing, blobs::Repositories::kTaken, on_file);
  TRY_VOID(walk.run(root));
  add_others(walk.entries, found);
  for (blobs::Skipped& skipped : walk.skipped) {
    found.refused.push_back({std::move(skipped.path), std::move(skipped.why)});
  }
  return found;
}

}  // namespace coditect::replication
