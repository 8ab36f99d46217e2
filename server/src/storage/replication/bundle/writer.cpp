#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/blobs/zstd_codec.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/bundle/format.h"

namespace coditect::replication {

BundleWriter::BundleWriter(BundleHead head) : head_(std::move(head)), bytes_(encode_header()) {
  check(check_head(head_).ok(), "a node's own name and place make a good head");
}

Result<void> BundleWriter::add(Entry entry, std::string_view content) {
  if (head_.kind == BundleHead::Kind::kSeal) return invalid("a seal holds nothing");
  if (content.size() > limits::kBundleBytesMax - content_bytes_) {
    return Error{Errc::kLimit,
                 "a bundle holds at most " + std::to_string(limits::kBundleBytesMax) + " bytes",
                 "put what is left into the next one"};
  }
  entry.offset = bytes_.size();
  entry.content_bytes = content.size();
  entry.checksum = bundle_checksum(content);
  TRY_VOID(check_entry(entry));
  TRY_VOID(check_content(entry, content));
  if (!compressor_) compressor_.emplace();
  const std::string frame = compressor_->compress(content);
  entry.stored_bytes = frame.size();
  bytes_ += frame;
  content_bytes_ += content.size();
  entries_.push_back(std::move(entry));
  return {};
}

std::string BundleWriter::finish() && {
  const std::string index = encode_index({std::move(head_), std::move(entries_)});
  BundleTrailer trailer;
  trailer.index_offset = bytes_.size();
  trailer.index_bytes = index.size();
  trailer.index_checksum = bundle_checksum(index);
  bytes_ += index;
  bytes_ += encode_trailer(trailer);
  return std::move(bytes_);
}

std::string make_seal(BundleHead head) {
  head.kind = BundleHead::Kind::kSeal;
  return BundleWriter(std::move(head)).finish();
}

}  // namespace coditect::replication
