#include "storage/blobs/pack_writer.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/hex.h"
#include "base/sha256.h"

namespace coditect::blobs {
namespace {

/// A name that no other writer of this process or of an earlier one uses.
std::string temporary_name() {
  static std::atomic<std::uint64_t> counter{0};
  return "pack.tmp-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
}

Hash hash_of(const std::string& hex) {
  const auto hash = parse_hash(hex);
  check(hash.has_value());
  return *hash;
}

}  // namespace

Result<PackWriter> PackWriter::begin(BlobStore& store) {
  TRY(BlobStore::KnownHashes known, store.known_hashes());
  return PackWriter(store, std::move(known));
}

PackWriter::PackWriter(BlobStore& store, BlobStore::KnownHashes known)
    : store_(&store), known_(std::move(known)) {}

PackWriter::PackWriter(PackWriter&& other) noexcept = default;

PackWriter::~PackWriter() {
  if (file_.open()) ::unlink(temporary_.c_str());
}

Result<PackWriter::Added> PackWriter::add(std::string_view content) {
  Added added{sha256_hex(content), content.size()};
  if (known_.contains(hash_of(added.hash))) return added;
  TRY_VOID(open_file_if_none());
  const std::string frame = compressor_.compress(content);
  TRY_VOID(write_all(file_.get(), frame, position_));
  TRY_VOID(keep(added.hash, added.bytes, frame.size()));
  return added;
}

Result<PackWriter::Added> PackWriter::add_parts(const Source& next) {
  TRY_VOID(open_file_if_none());
  Sha256 digest;
  Added added;
  std::uint64_t stored = 0;
  const auto store = [&](std::string_view bytes) -> Result<void> {
    TRY_VOID(write_all(file_.get(), bytes, position_ + stored));
    stored += bytes.size();
    return {};
  };
  compressor_.begin();
  while (true) {
    TRY(const std::string_view part, next());
    if (part.empty()) break;
    digest.update(part);
    added.bytes += part.size();
    TRY_VOID(compressor_.add(part, store));
  }
  TRY_VOID(compressor_.finish(store));
  added.hash = digest.finish_hex();
  // The bytes of a content that is known already are overwritten by the next one.
  if (!known_.contains(hash_of(added.hash))) TRY_VOID(keep(added.hash, added.bytes, stored));
  return added;
}

Result<void> PackWriter::finish() {
  if (!file_.open()) return {};
  return finish_pack();
}

Result<void> PackWriter::open_file_if_none() {
  if (file_.open()) return {};
  temporary_ = store_->folder_ / temporary_name();
  TRY(file_, open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL));
  position_ = 0;
  return {};
}

/// The frame at position_ belongs to this pack from now on.
Result<void> PackWriter::keep(const std::string& hash, std::uint64_t content_bytes,
                              std::uint64_t stored_bytes) {
  entries_.push_back({hash_of(hash), position_, stored_bytes, content_bytes});
  known_.insert(entries_.back().hash);
  position_ += stored_bytes;
  if (position_ >= kPackBytesMax || entries_.size() >= kPackEntriesMax) return finish_pack();
  return {};
}

/// Writes index and trailer, makes the pack durable and gives it its name.
Result<void> PackWriter::finish_pack() {
  std::ranges::sort(entries_, {}, &PackEntry::hash);
  const std::string index = encode_index(entries_);
  const std::string index_hash = sha256_hex(index);
  const PackTrailer trailer{position_, entries_.size(), hash_of(index_hash)};
  const std::string end = index + encode_trailer(trailer);
  if (!entries_.empty()) {
    TRY_VOID(write_all(file_.get(), end, position_));
    if (::ftruncate(file_.get(), static_cast<off_t>(position_ + end.size())) != 0) {
      return system_error("truncate " + temporary_.string(), errno);
    }
    TRY_VOID(sync_data(file_.get()));
    const std::string name = index_hash + ".pack";
    if (::rename(temporary_.c_str(), (store_->folder_ / name).c_str()) != 0) {
      return system_error("rename " + temporary_.string(), errno);
    }
    TRY_VOID(sync_directory(store_->folder_));
    store_->add_pack(name);
  } else {
    ::unlink(temporary_.c_str());
  }
  file_ = FileDescriptor();
  entries_.clear();
  return {};
}

}  // namespace coditect::blobs
