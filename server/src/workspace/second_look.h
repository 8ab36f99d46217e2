#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/tree.h"
#include "workspace/files/project_folder.h"

namespace coditect::workspace {

/// A tree with these paths as they are on the disk now, stored. A folder is read name by name, so
/// a file that is moved meanwhile can be in its tree under both names, or under neither.
/// `tree` itself where nothing is different. Files that are too large to be followed stay as they
/// are in it. Errors are those of the disk.
///
/// Threads: blocking; on the pool. What is in `paths` stands still meanwhile (FileService::hold).
Result<blobs::Tree> look_again(blobs::Tree tree, const std::set<std::string>& paths,
                               const ProjectFolder& folder, blobs::BlobStore& blobs);

}  // namespace coditect::workspace
