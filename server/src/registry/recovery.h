#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "base/result.h"
#include "storage/journal/record.h"

namespace coditect::registry {

/// Brings what the journal still holds of each workspace into its archive. Called once, before any
/// workspace is opened, with all records in the order of the journal. Blocking.
Result<void> recover_workspaces(const std::filesystem::path& data,
                                std::map<WorkspaceId, std::vector<journal::Record>> records);

}  // namespace coditect::registry
