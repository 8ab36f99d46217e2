#include "storage/replication/node/aside_copies.h"

#include <algorithm>
#include <fcntl.h>

#include "base/json.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/segment_tail.h"

namespace coditect::replication {

namespace fs = std::filesystem;

namespace {

fs::path folder_in(const fs::path& data) { return data / "node" / "set-aside"; }

bool is_short(const fs::path& folder) {
  std::error_code error;
  const fs::space_info disk = fs::space(folder, error);
  if (error) return false;
  return disk.available < std::min<std::uintmax_t>(disk.capacity / 100 * limits::kNodeDiskPercent,
                                                   limits::kNodeDiskBytesMax);
}

/// The end of a log that nobody writes.
Result<archive::Head> head_of(const fs::path& sessions) {
  TRY(const std::vector<Sequence> segments, archive::list_segments(sessions));
  for (auto first = segments.rbegin(); first != segments.rend(); ++first) {
    const fs::path path = sessions / archive::segment_name(*first);
    TRY(const FileDescriptor file, open_file(path, O_RDONLY));
    TRY(const std::uint64_t size, file_size(file.get()));
    TRY(archive::SegmentTail tail, archive::read_tail(file.get(), size, path));
    if (tail.head) return *std::move(tail.head);
  }
  return archive::Head{};
}

Result<bool> is_contained(const fs::path& copy, const fs::path& sessions) {
  TRY(const archive::Head head, head_of(copy / "sessions"));
  if (head.seq == 0) return true;
  const auto line = archive::ArchiveReader(sessions).line(head.seq);
  if (!line && line.error().code == Errc::kNotFound) return false;
  if (!line) return line.error();
  return sha256_hex(*line) == head.hash;
}

}  // namespace

AsideCopies::AsideCopies(fs::path data, DiskIsShort disk_is_short)
    : data_(std::move(data)),
      folder_(folder_in(data_)),
      disk_is_short_(disk_is_short ? std::move(disk_is_short)
                                   : [folder = data_] { return is_short(folder); }) {}

fs::path AsideCopies::list_file(const WorkspaceId& id) const {
  return folder_ / (id.str() + ".json");
}

bool AsideCopies::has_returned(const fs::path& data, const WorkspaceId& id) {
  std::error_code error;
  return fs::exists(folder_in(data) / (id.str() + ".json"), error);
}

Result<void> AsideCopies::add(const WorkspaceId& id, const std::string& folder, Time now) {
  const fs::path here = data_ / folder;
  std::error_code error;
  if (!fs::exists(here, error)) return {};
  const std::lock_guard lock(mutex_);
  TRY_VOID(make_directories(folder_));
  TRY(std::vector<Copy> copies, load(id));
  std::string name;
  for (int number = 1; name.empty() || fs::exists(folder_ / name, error); ++number) {
    name = id.str() + "-" + std::to_string(number);
  }
  // What a crash left of an earlier attempt has the same name.
  std::erase_if(copies, [&](const Copy& copy) { return copy.name == name; });
  copies.push_back({id, name, now});
  TRY_VOID(save(id, copies));
  fs::rename(here, folder_ / name, error);
  if (error) return system_error("moving " + here.string() + " aside", error.value());
  spdlog::warn("workspace {}: this node's older copy is kept in {}", id.str(),
               (folder_ / name).string());
  return {};
}

Result<void> AsideCopies::compare(const WorkspaceId& id, const fs::path& sessions) {
  const std::lock_guard lock(mutex_);
  TRY(std::vector<Copy> copies, load(id));
  bool changed = false;
  for (Copy& copy : copies) {
    std::error_code error;
    if (copy.contained || !fs::exists(folder_ / copy.name, error)) continue;
    const auto contained = is_contained(folder_ / copy.name, sessions);
    if (!contained) {
      spdlog::warn("comparing {}: {}", (folder_ / copy.name).string(), contained.error().message);
    } else if (*contained) {
      changed = copy.contained = true;
    } else {
      spdlog::warn("workspace {}: {} holds events that were never copied", id.str(),
                   (folder_ / copy.name).string());
    }
  }
  return changed ? save(id, copies) : Result<void>{};
}

Result<AsideCopies::Kept> AsideCopies::tidy(Time now) {
  const std::lock_guard lock(mutex_);
  Kept kept;
  TRY(std::vector<Copy> copies, load_all());
  std::ranges::sort(copies, {}, &Copy::since);
  bool short_of_room = disk_is_short();
  for (const Copy& copy : copies) {
    const auto age = now - copy.since;
    const bool is_over = age > (copy.contained ? limits::kAsideKept : limits::kAsideUncopiedKept);
    if (!is_over && !(short_of_room && copy.contained)) {
      ++kept.copies;
      continue;
    }
    TRY_VOID(remove(copy));
    ++kept.removed;
    spdlog::warn("workspace {}: the older copy {} is removed: {}", copy.id.str(), copy.name,
                 is_over ? "its time is over" : "the disk is short");
    if (short_of_room) short_of_room = disk_is_short();
  }
  return kept;
}

Result<std::vector<AsideCopies::Copy>> AsideCopies::load(const WorkspaceId& id) const {
  const auto text = read_file(list_file(id));
  if (!text && text.error().code == Errc::kNotFound) return std::vector<Copy>{};
  if (!text) return text.error();
  TRY(const json::object object, parse_json_object(*text));
  std::vector<Copy> copies;
  const json::array* listed = find_array(object, "copies");
  if (listed == nullptr) return invalid(list_file(id).string() + " lists no copies");
  for (const json::value& each : *listed) {
    if (!each.is_object()) return invalid(list_file(id).string() + " is not a list of copies");
    TRY(std::string name, need_string(each.as_object(), "name"));
    TRY(const std::string since, need_string(each.as_object(), "since"));
    TRY(const Time time, parse_rfc3339(since));
    const bool contained = find_bool(each.as_object(), "contained").value_or(false);
    copies.push_back({id, std::move(name), time, contained});
  }
  return copies;
}

Result<void> AsideCopies::save(const WorkspaceId& id, const std::vector<Copy>& copies) const {
  json::array listed;
  for (const Copy& copy : copies) {
    listed.push_back(json::object{
        {"name", copy.name}, {"since", to_rfc3339(copy.since)}, {"contained", copy.contained}});
  }
  return write_file_atomically(list_file(id),
                               json::serialize(json::object{{"copies", std::move(listed)}}) + "\n");
}

Result<std::vector<AsideCopies::Copy>> AsideCopies::load_all() const {
  std::vector<Copy> all;
  std::error_code error;
  for (fs::directory_iterator each(folder_, error), end; !error && each != end;
       each.increment(error)) {
    if (each->path().extension() != ".json") continue;
    TRY(std::vector<Copy> copies, load(WorkspaceId(each->path().stem().string())));
    std::ranges::move(copies, std::back_inserter(all));
  }
  return all;
}

/// The folder goes before its entry, so that a crash leaves an entry, which is tried again.
Result<void> AsideCopies::remove(const Copy& copy) const {
  std::error_code error;
  fs::remove_all(folder_ / copy.name, error);
  if (error) return system_error("removing " + (folder_ / copy.name).string(), error.value());
  TRY(std::vector<Copy> copies, load(copy.id));
  std::erase_if(copies, [&](const Copy& other) { return other.name == copy.name; });
  return save(copy.id, copies);
}

}  // namespace coditect::replication
