#include "storage/replication/shipper/blob_ledger.h"

#include "base/check.h"
#include "base/posix_file.h"

namespace coditect::replication {

namespace fs = std::filesystem;

namespace {

/// A folder that changed a moment ago may change again without a new date.
constexpr std::chrono::seconds kClockResolution{1};

}  // namespace

void BlobLedger::begin(const WorkspaceId& workspace, std::set<std::string> stored) {
  folders_[workspace].copied.merge(stored);
}

fs::file_time_type BlobLedger::complete_at(const WorkspaceId& workspace) const {
  const auto known = folders_.find(workspace);
  return known == folders_.end() ? fs::file_time_type{} : known->second.complete_at;
}

Result<BlobLedger::Look> BlobLedger::look(const fs::path& folder, fs::file_time_type complete_at) {
  Look look;
  std::error_code error;
  // Read before the names: a file that comes meanwhile is found by the next look.
  look.changed_at = fs::last_write_time(folder, error);
  if (error == std::errc::no_such_file_or_directory) return look;
  if (error) return system_error("look at " + folder.string(), error.value());
  look.settled = fs::file_time_type::clock::now() - look.changed_at > kClockResolution;
  if (look.settled && look.changed_at == complete_at) return look;
  for (fs::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    std::string name = each->path().filename().string();
    const bool stored = name.ends_with(".zst") || name.ends_with(".pack");
    if (!stored || name.contains(".tmp-")) continue;
    std::error_code gone;
    const std::uint64_t bytes = each->file_size(gone);
    if (gone) return system_error("look at " + each->path().string(), gone.value());
    look.files.push_back({std::move(name), bytes});
  }
  if (error) return system_error("list " + folder.string(), error.value());
  return look;
}

std::vector<BlobLedger::File> BlobLedger::missing(const WorkspaceId& workspace, Look look) {
  Folder& known = folders_[workspace];
  std::erase_if(look.files, [&](const File& file) { return known.copied.contains(file.name); });
  if (look.files.empty() && look.settled) known.complete_at = look.changed_at;
  return std::move(look.files);
}

void BlobLedger::add(const WorkspaceId& workspace, const std::string& name) {
  folders_[workspace].copied.insert(name);
}

}  // namespace coditect::replication
