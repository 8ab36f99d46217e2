#include "storage/blobs/snapshot.h"

#include <algorithm>
#include <optional>
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

/// One tree on its way into the store.
class Taking {
 public:
  Taking(BlobStore& store, const StatCache& before) : store_(store), before_(before) {}

  Result<void> add(std::string path, const FileDescriptor& file, const struct stat& status) {
    const std::uint32_t mode = status.st_mode & 0777;
    const std::int64_t began_ns = file_time_now_ns();
    PackWriter::Added added;
    if (const std::string* hash = before_.find(path, status)) {
      added = {*hash, static_cast<std::uint64_t>(status.st_size)};
    } else {
      TRY(PackWriter * writer, open_writer());
      bool read_failed = false;
      auto stored = add_file(*writer, file, buffer_, read_failed);
      if (!stored && read_failed) {
        unreadable_.push_back({std::move(path), stored.error().message});
        return {};
      }
      if (!stored) return std::move(stored).error();
      added = *std::move(stored);
    }
    after_.keep(path, status, added.hash, began_ns);
    entries_.push_back(
        {std::move(path), TreeEntry::Kind::kFile, std::move(added.hash), added.bytes, mode, ""});
    return {};
  }

  Result<Snapshot> finish(FolderWalk walk) {
    Snapshot snapshot;
    entries_.insert(entries_.end(), walk.entries.begin(), walk.entries.end());
    std::ranges::sort(entries_, {}, &TreeEntry::path);
    snapshot.skipped = std::move(walk.skipped);
    snapshot.skipped.insert(snapshot.skipped.end(), unreadable_.begin(), unreadable_.end());
    const std::string manifest = encode_manifest(entries_);
    snapshot.tree.hash = sha256_hex(manifest);
    if (snapshot.tree.hash != before_.manifest_hash) {
      TRY(PackWriter * writer, open_writer());
      TRY_VOID(writer->add(manifest));
    }
    if (writer_) TRY_VOID(writer_->finish());
    snapshot.tree.entries = std::move(entries_);
    count_files(snapshot.tree);
    after_.manifest_hash = snapshot.tree.hash;
    return snapshot;
  }

  StatCache take_cache() { return std::move(after_); }

 private:
  /// Opened late: where nothing has changed the store need not be asked what it has.
  Result<PackWriter*> open_writer() {
    if (!writer_) {
      TRY(PackWriter begun, PackWriter::begin(store_));
      writer_.emplace(std::move(begun));
    }
    return &*writer_;
  }

  BlobStore& store_;
  const StatCache& before_;
  StatCache after_;
  std::optional<PackWriter> writer_;
  std::vector<TreeEntry> entries_;
  std::vector<Skipped> unreadable_;
  std::string buffer_;
};

Result<Snapshot> take(const std::filesystem::path& root, BlobStore& store, const Ignore& ignore,
                      Repositories repositories, StatCache& cache) {
  Taking taking(store, cache);
  const FolderWalk::OnFile on_file = [&](std::string path, const FileDescriptor& file,
                                         const struct stat& status) {
    return taking.add(std::move(path), file, status);
  };
  FolderWalk walk(ignore, repositories, on_file);
  TRY_VOID(walk.run(root));
  TRY(Snapshot snapshot, taking.finish(std::move(walk)));
  cache = taking.take_cache();
  return snapshot;
}

}  // namespace

Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store) {
  return snapshot_tree(root, store, Ignore());
}

Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store,
                               const Ignore& ignore, Repositories repositories) {
  StatCache nothing_known;
  return take(root, store, ignore, repositories, nothing_known);
}

Result<Snapshot> snapshot_tree(const std::filesystem::path& root, BlobStore& store,
                               const Ignore& ignore, StatCache& cache) {
  return take(root, store, ignore, Repositories::kLeftOut, cache);
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
