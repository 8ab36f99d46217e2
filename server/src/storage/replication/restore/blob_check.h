#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// What reading every content of a blob store found.
struct BlobCheck {
  std::uint64_t contents = 0;
  std::vector<std::string> problems;
};

/// Reads every content in `folder`, which is the blob store's, and compares it with its hash; then
/// looks whether every content is there that an event in `sessions` up to `through`, a checkpoint's
/// tree or the project's names. What is written meanwhile, behind `through`, is not looked at. At
/// most limits::kCheckProblemsMax problems. Blocking.
Result<BlobCheck> check_blobs(const std::filesystem::path& folder, const blobs::BlobStore& store,
                              const std::filesystem::path& sessions,
                              const std::optional<Manifest::ProjectTree>& project,
                              Sequence through);

}  // namespace coditect::replication
