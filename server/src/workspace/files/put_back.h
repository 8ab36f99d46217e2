#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "workspace/files/project_folder.h"

namespace coditect::workspace {

/// What was found where a file was put back. Nothing of it is lost.
struct Displaced {
  std::string hash;                ///< of the content that was there, now a blob; "" for none
  std::vector<std::string> moved;  ///< what was in the way and is no file, under its new name
};

/// Makes `path` a regular file with these bytes, or, without bytes, removes the file there,
/// whatever is there now and whatever other programs do meanwhile: a folder, a link or a pipe in
/// its place or on the way is renamed. Blocking. Errc::kConflict where other programs were quicker
/// each time.
Result<Displaced> put_back(const ProjectFolder& folder, blobs::BlobStore& blobs, Random& random,
                           const std::string& path, const std::optional<std::string>& bytes,
                           std::uint32_t mode);

}  // namespace coditect::workspace
