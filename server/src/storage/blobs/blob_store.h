#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/blobs/pack_format.h"
#include "storage/blobs/zstd_codec.h"

namespace coditect::blobs {

/// What get() gives at most; larger contents are read in parts.
inline constexpr std::size_t kGetBytesMax = 64u << 20;

class PackWriter;

/// One workspace's contents by their hash (SHA-256, 64 lower-case hex digits): a folder of zstd
/// files and packs. Holds no file between calls.
///
/// Threads:    any.
/// Lifetime:   one BlobStore a folder at a time; outlives its PackWriters.
/// Invariants: a hash that was returned names a content that is durable. Nothing is ever changed
///             or removed.
/// Errors:     Errc::kNotFound for an unknown hash, Errc::kInvalid for what is no hash,
///             Errc::kInternal for damage, naming the file.
class BlobStore {
 public:
  /// Makes the folder where it is missing and removes what unfinished writes left.
  static Result<std::unique_ptr<BlobStore>> open(std::filesystem::path folder);
  /// Changes nothing, so that it may look into a folder that another BlobStore writes to; contents
  /// in packs that come later are not found.
  static Result<std::unique_ptr<const BlobStore>> open_to_read(std::filesystem::path folder);

  /// Stores one content, durably. Does nothing when it is there already. Its hash.
  Result<std::string> put(std::string_view content);
  /// Stores many contents in one pack with one sync. Their hashes, in the same order.
  Result<std::vector<std::string>> put_all(std::span<const std::string_view> contents);

  /// The content, checked against its hash. Errc::kLimit when it exceeds `bytes_max`.
  Result<std::string> get(std::string_view hash, std::uint64_t bytes_max = kGetBytesMax) const;
  /// Gives the content in parts; only Result<void>() says that they had the right hash.
  Result<void> read(std::string_view hash, std::uint64_t bytes_max, const Sink& sink) const;
  Result<bool> contains(std::string_view hash) const;

 private:
  friend class PackWriter;

  struct HashOfHash {
    std::size_t operator()(const Hash& hash) const;
  };
  using KnownHashes = std::unordered_set<Hash, HashOfHash>;
  /// Where the zstd frame of a content lies.
  struct Place {
    FileDescriptor file;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::filesystem::path path;
  };

  explicit BlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<void> find_packs();
  Result<Place> find(std::string_view hash) const;
  Result<KnownHashes> known_hashes() const;
  std::filesystem::path loose_path(std::string_view hash) const;
  std::vector<std::string> packs() const;
  void add_pack(std::string name);

  const std::filesystem::path folder_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::string> packs_;
};

}  // namespace coditect::blobs
