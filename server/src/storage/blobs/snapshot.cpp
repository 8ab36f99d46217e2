#include "storage/blobs/snapshot.h"

#include <algorithm>
#include <span>

#include "base/sha256.h"
#include "storage/blobs/folder_walk.h"
#include "storage/blobs/pack_writer.h"

namespace coditect::blobs {
namespace {

/// Adds an open file's content. `read_failed` tells an error of the file from one of the store.
Result<PackWriter::Added> add_file(PackWriter& writer, const FileDescriptor& file,
                                   std::string& buffer, bool& read_failed) {
  buffer.resize(kReadAtOnceBytesMax + 1);
  auto first = read_at(file.get(), buffer, 0);
  if (!first) {
    read_failed = true;
    return std::move(first).error();
  }
  if (*first <= kReadAtOnceBytesMax) return writer.add(std::string_view(buffer).substr(0, *first));
  std::uint64_t offset = 0;
  return writer.add_parts([&]() -> Result<std::string_view> {
    auto count = read_at(file.get(), std::span(buffer).first(kReadAtOnceBytesMax), offset);
    if (!count) {
      read_failed = true;
      return std::move(count).error();
    }
    offset += *count;
    return std::string_view(buffer).substr(0, *count);
  });
}

void count_files(Tree& tree) {
  tree.files = 0;
  tree.bytes = 0;
  for (const TreeEntry& entry : tree.entries) {
    if (entry.kind != TreeEntry::Kind::kFile) continue;
    ++tree.files;
    tree.bytes += entry.size;
  }
}

}  // namespace

Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store) {
  return snapshot_tree(root, store, Ignore());
}

Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store,
                               const Ignore& ignore, Repositories repositories) {
  TRY(PackWriter writer, PackWriter::begin(store));
  Snapshot snapshot;
  std::vector<TreeEntry>& entries = snapshot.tree.entries;
  std::vector<Skipped> unreadable;
  std::string buffer;
  const FolderWalk::OnFile on_file = [&](std::string path, FileDescriptor file,
                                         std::uint32_t mode) -> Result<void> {
    bool read_failed = false;
    auto added = add_file(writer, file, buffer, read_failed);
    if (!added && read_failed) {
      unreadable.push_back({std::move(path), added.error().message});
      return {};
    }
    if (!added) return std::move(added).error();
    entries.push_back(
        {std::move(path), TreeEntry::Kind::kFile, std::move(added->hash), added->bytes, mode, ""});
    return {};
  };
  FolderWalk walk(ignore, repositories, on_file);
  TRY_VOID(walk.run(root));
  entries.insert(entries.end(), walk.entries.begin(), walk.entries.end());
  std::ranges::sort(entries, {}, &TreeEntry::path);
  snapshot.skipped = std::move(walk.skipped);
  snapshot.skipped.insert(snapshot.skipped.end(), unreadable.begin(), unreadable.end());
  const std::string manifest = encode_manifest(entries);
  TRY(PackWriter::Added added, writer.add(manifest));
  TRY_VOID(writer.finish());
  snapshot.tree.hash = std::move(added.hash);
  count_files(snapshot.tree);
  return snapshot;
}

Result<Tree> read_tree(std::string_view hash, const BlobStore& store) {
  TRY(const std::string manifest, store.get(hash, kManifestBytesMax));
  Tree tree;
  tree.hash = std::string(hash);
  auto entries = parse_manifest(manifest);
  if (!entries) return std::move(entries).error().in("tree " + tree.hash);
  tree.entries = *std::move(entries);
  count_files(tree);
  return tree;
}

}  // namespace coditect::blobs
