#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/pack_format.h"
#include "storage/blobs/zstd_codec.h"

namespace coditect::blobs {

/// A pack that grows beyond this is finished and another one begun.
inline constexpr std::uint64_t kPackBytesMax = 256u << 20;

/// Stores many contents in packs: one sync for all of them.
///
/// Threads:    one at a time.
/// Lifetime:   the store outlives it. Without finish() nothing is stored.
/// Errors:     after an error, drop it and begin anew.
class PackWriter {
 public:
  /// A content that is stored once finish() returns.
  struct Added {
    std::string hash;
    std::uint64_t bytes = 0;
  };

  static Result<PackWriter> begin(BlobStore& store);
  PackWriter(PackWriter&& other) noexcept;
  PackWriter& operator=(PackWriter&&) = delete;
  ~PackWriter();

  Result<Added> add(std::string_view content);
  /// Adds a content of any size, read in parts: `next` gives them, "" at the end.
  Result<Added> add_parts(const Source& next);
  /// Everything added is durable on return.
  Result<void> finish();

 private:
  PackWriter(BlobStore& store, BlobStore::KnownHashes known);

  Result<void> open_file_if_none();
  Result<void> keep(const std::string& hash, std::uint64_t content_bytes,
                    std::uint64_t stored_bytes);
  Result<void> finish_pack();

  BlobStore* store_;
  BlobStore::KnownHashes known_;
  Compressor compressor_;
  std::filesystem::path temporary_;
  FileDescriptor file_;  ///< of the pack being written, closed when there is none
  std::uint64_t position_ = 0;
  std::vector<PackEntry> entries_;
};

}  // namespace coditect::blobs
