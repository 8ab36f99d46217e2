#include "workspace/log/archive_feed.h"

#include "storage/archive/archive_reader.h"
#include "storage/blobs/snapshot.h"

namespace coditect::workspace {

ArchiveFeed::ArchiveFeed(std::filesystem::path sessions, const blobs::BlobStore& blobs,
                         Sequence head)
    : sessions_(std::move(sessions)), blobs_(blobs), head_(head) {}

Result<void> ArchiveFeed::read(Sequence from,
                               const std::function<Result<void>(const Event&)>& each) {
  const archive::ArchiveReader reader(sessions_);
  return reader.read(from, [&](std::string_view line, Sequence seq) -> Result<bool> {
    if (seq > head_) return false;
    TRY(Event event, parse_event(line));
    TRY_VOID(each(event));
    return true;
  });
}

Result<std::vector<databases::TreeFile>> ArchiveFeed::tree(std::string_view tree_hash) {
  TRY(blobs::Tree tree, blobs::read_tree(tree_hash, blobs_));
  std::vector<databases::TreeFile> files;
  for (blobs::TreeEntry& entry : tree.entries) {
    if (entry.kind != blobs::TreeEntry::Kind::kFile) continue;
    files.push_back({std::move(entry.path), std::move(entry.hash),
                     static_cast<std::int64_t>(entry.size), static_cast<std::int64_t>(entry.mode)});
  }
  return files;
}

}  // namespace coditect::workspace
