#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/databases/queries/files.h"

namespace coditect::workspace {

/// The content that `changes` make up, in order. Errc::kInternal where it has not the hash that the
/// last of them states. Blocking.
Result<std::string> content_of(const std::vector<databases::FileChange>& changes,
                               const blobs::BlobStore& blobs);

}  // namespace coditect::workspace
