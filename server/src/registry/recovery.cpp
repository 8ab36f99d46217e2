#include "registry/recovery.h"

#include <algorithm>
#include <optional>

#include "base/event.h"
#include "base/log.h"
#include "storage/archive/archive.h"
#include "storage/replication/node/aside_copies.h"
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

/// What the archive lacks. A later record of the same number is of a later ownership, and what
/// came after the earlier one is not of the log any more.
std::vector<std::string> missing_lines(const archive::Head& head,
                                       std::vector<journal::Record> records) {
  std::vector<std::string> missing;
  Sequence first = head.seq + 1;
  for (journal::Record& record : records) {
    if (record.seq <= head.seq) continue;
    if (missing.empty()) first = record.seq;
    if (record.seq < first) {
      missing.clear();
      first = record.seq;
    }
    missing.resize(std::min<std::size_t>(missing.size(), record.seq - first));
    missing.push_back(std::move(record.line));
  }
  return missing;
}

bool follows(const archive::Head& head, const std::string& line) {
  const auto event = parse_event(line);
  return event && event->seq == head.seq + 1 && event->prev == head.hash;
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
    // A segment of the journal is used again only when the archive of all that it holds is synced.
    archive::Archive::Options options;
    options.synced_through = std::ranges::min(lines, {}, &journal::Record::seq).seq - 1;
    TRY(archive::Archive archive,
        archive::Archive::open(Place(*folder).sessions(), std::move(options)));
    if (archive.dropped_bytes() > 0) {
      spdlog::warn("workspace {}: {} bytes of the log did not reach the disk whole", id.str(),
                   archive.dropped_bytes());
    }
    const std::vector<std::string> missing = missing_lines(archive.head(), std::move(lines));
    if (missing.empty()) continue;
    if (replication::AsideCopies::has_returned(data, id) &&
        !follows(archive.head(), missing.front())) {
      // The copy that they belong to was set aside when the workspace came back.
      spdlog::warn("workspace {}: {} events of an earlier ownership are left out", id.str(),
                   missing.size());
      continue;
    }
    auto appended = archive.append(missing);
    if (!appended) return std::move(appended).error().in("recovering workspace " + id.str());
    TRY_VOID(archive.sync());
    spdlog::info("workspace {}: {} events recovered from the journal", id.str(), missing.size());
  }
  return {};
}

}  // namespace coditect::registry
