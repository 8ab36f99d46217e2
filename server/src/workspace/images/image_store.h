#pragma once

#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "base/image_ref.h"
#include "storage/blobs/blob_store.h"

namespace coditect::workspace {

/// The pictures that people give to agents, among the workspace's blobs.
///
/// Threads:  any.
/// Lifetime: `blobs` and `disk` outlive it.
class ImageStore {
 public:
  ImageStore(blobs::BlobStore& blobs, BlockingPool& disk) : blobs_(blobs), disk_(disk) {}

  /// Stores pictures durably, all or none: each the bytes of a PNG or a JPEG. Errc::kInvalid for
  /// what is neither, kLimit for one that is too large and for too many.
  awaitable<Result<std::vector<ImageRef>>> keep(std::vector<std::string> pictures);
  /// The bytes of a picture. Errc::kNotFound where there is none with that hash.
  awaitable<Result<std::string>> bytes(std::string hash) const;

 private:
  blobs::BlobStore& blobs_;
  BlockingPool& disk_;
};

}  // namespace coditect::workspace
