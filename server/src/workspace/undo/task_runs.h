#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/blobs/blob_store.h"
#include "storage/databases/queries/view.h"
#include "workspace/files/file_index.h"
#include "workspace/undo/undo_runs.h"

namespace coditect::workspace {

/// What the task did to files, in the order of the log: by its tools and by its commands, not what
/// tasks did that it delegated. Blocking.
Result<std::vector<TaskRun>> read_task_runs(const databases::View& view, std::string_view task);

/// undo_runs() for that task; every file that is to come has its content in `text`. Blocking.
Result<Undone> undo_task(const databases::View& view, const blobs::BlobStore& blobs,
                         std::string_view task, const FileIndex::Files& now);

}  // namespace coditect::workspace
