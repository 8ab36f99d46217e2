#pragma once

#include <filesystem>

#include "storage/blobs/blob_store.h"
#include "storage/databases/event_feed.h"

namespace coditect::workspace {

/// A workspace's archive up to one event, as the databases read it.
///
/// Threads:  any.
/// Lifetime: of one query; the blob store outlives it.
class ArchiveFeed final : public databases::EventFeed {
 public:
  /// Everything up to `head` is in the archive.
  ArchiveFeed(std::filesystem::path sessions, const blobs::BlobStore& blobs, Sequence head);

  Sequence head() const override { return head_; }
  Result<void> read(Sequence from, const std::function<Result<void>(const Event&)>& each) override;
  Result<std::vector<databases::TreeFile>> tree(std::string_view tree_hash) override;

 private:
  const std::filesystem::path sessions_;
  const blobs::BlobStore& blobs_;
  const Sequence head_;
};

}  // namespace coditect::workspace
