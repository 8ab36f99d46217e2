#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "storage/blobs/blob_store.h"
#include "workspace/files/project_folder.h"
#include "workspace/files/tree_step.h"

namespace coditect::workspace {

/// The event of a change of many files at once.
inline constexpr std::string_view kTreeRestored = "tree_restored";

/// Adds to the data of such an event what its steps are: `paths`, and `from` and `to`, the
/// manifests of what they change as it is before and after. Stores the two. Blocking.
Result<void> describe_steps(const std::vector<TreeStep>& steps, blobs::BlobStore& blobs,
                            json::object& data);
/// The files, links and folders that such an event changes.
std::vector<std::string> changed_paths(const Event& tree);

/// Completes changes of the tree that were logged and not wholly in place when the process ended:
/// those whose mark is still in the staging folder, in the order of `events`, others are left out.
/// The mark is synced before the event is logged and goes after the last step. What another program
/// changed meanwhile stays. Those that it has completed. Blocking.
Result<std::vector<Event>> complete_trees(const ProjectFolder& folder,
                                          const blobs::BlobStore& blobs,
                                          const std::vector<Event>& events);

}  // namespace coditect::workspace
