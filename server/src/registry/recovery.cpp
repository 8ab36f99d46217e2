#include "registry/recovery.h"

#include <optional>

#include "base/log.h"
#include "storage/archive/archive.h"
#include "workspace/place.h"

namespace coditect::registry {

namespace {

namespace fs = std::filesystem;
using workspace::Place;

/// The folder of a workspace, whoever owns it; nothing where there is none.
std::optional<fs::path> find_folder(const fs::path& data, const WorkspaceId& id) {
  std::error_code error;
  for (fs::recursive_directory_iterator each(data / "organizations", error), end; each != end;
       each.increment(error)) {
    if (error) break;
    if (each.depth() == 6 && each->path().filename() == id.str()) return each->path();
    if (each.depth() >= 6) each.disable_recursion_pending();
  }
  return std::nullopt;
}

}  // namespace

Result<void> recover_workspaces(const fs::path& data,
                                std::map<WorkspaceId, std::vector<journal::Record>> records) {
  for (auto& [id, lines] : records) {
    const auto folder = find_folder(data, id);
    if (!folder) {
      // Its provisioning was cut short before it was acknowledged, so nobody knows of it.
      spdlog::warn("the journal holds {} events of {}, which is not there", lines.size(), id.str());
      continue;
    }
    TRY(archive::Archive archive, archive::Archive::open(Place(*folder).sessions()));
    std::vector<std::string> missing;
    for (journal::Record& record : lines) {
      if (record.seq > archive.head().seq) missing.push_back(std::move(record.line));
    }
    if (missing.empty()) continue;
    auto appended = archive.append(missing);
    if (!appended) return std::move(appended).error().in("recovering workspace " + id.str());
    TRY_VOID(archive.sync());
    spdlog::info("workspace {}: {} events recovered from the journal", id.str(), missing.size());
  }
  return {};
}

}  // namespace coditect::registry
