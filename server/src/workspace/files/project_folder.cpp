#include "workspace/files/project_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "base/posix_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "workspace/files/beneath.h"
#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {

namespace {

FileStat to_file_stat(const struct stat& raw) {
  FileStat result;
  result.kind = S_ISREG(raw.st_mode)   ? FileStat::Kind::kFile
                : S_ISDIR(raw.st_mode) ? FileStat::Kind::kFolder
                : S_ISLNK(raw.st_mode) ? FileStat::Kind::kSymlink
                                       : FileStat::Kind::kOther;
  result.size = static_cast<std::uint64_t>(raw.st_size);
  result.modified_ns = raw.st_mtim.tv_sec * 1'000'000'000LL + raw.st_mtim.tv_nsec;
  result.mode = raw.st_mode & 07777;
  return result;
}

Result<void> write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return path_error("a new file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> list_into(int root, const std::string& path, int depth, std::size_t entries_max,
                       std::vector<FolderEntry>& entries) {
  TRY(FileDescriptor opened, open_beneath(root, path, O_RDONLY | O_DIRECTORY, Links::kRefuse));
  // By its descriptor: the path may lead elsewhere by now.
  const std::string folder = "/proc/self/fd/" + std::to_string(opened.get());
  std::error_code error;
  std::vector<FolderEntry> here;
  for (std::filesystem::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    const std::string name = each->path().filename().string();
    if (path.empty() && name == ".git") continue;
    struct stat raw{};
    if (::fstatat(opened.get(), name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone
    here.push_back({path.empty() ? name : path + "/" + name, to_file_stat(raw)});
  }
  if (error) return path_error(path, error.value());
  std::ranges::sort(here, {}, &FolderEntry::path);
  for (FolderEntry& entry : here) {
    if (entries.size() >= entries_max) return {};
    const bool folder_here = entry.stat.kind == FileStat::Kind::kFolder;
    const std::string below = entry.path;
    entries.push_back(std::move(entry));
    if (!folder_here || depth <= 1) continue;
    auto listed = list_into(root, below, depth - 1, entries_max, entries);
    if (!listed && listed.error().code != Errc::kNotFound) return listed;
  }
  return {};
}

}  // namespace

ProjectFolder::ProjectFolder(std::filesystem::path root, std::filesystem::path staging)
    : root_(std::move(root)), staging_(std::move(staging)) {}

Result<FileContent> ProjectFolder::read(const std::string& path, std::size_t bytes_max) const {
  TRY(FileDescriptor root, open_root(root_));
  // O_NONBLOCK: opening a named pipe must not wait for its other end.
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  auto way = FileContent::Way::kPlain;
  auto file = open_beneath(root.get(), path, kFlags, Links::kRefuse);
  if (!file && file.error().code == Errc::kDenied) {
    way = FileContent::Way::kThroughLink;
    file = open_beneath(root.get(), path, kFlags, Links::kFollowInside);
  }
  if (!file) return std::move(file).error();
  struct stat raw{};
  if (::fstat(file->get(), &raw) != 0) return path_error(path, errno);
  if (!S_ISREG(raw.st_mode)) return invalid("'" + path + "' is not a regular file");
  FileContent content{{}, to_file_stat(raw), way};
  if (content.stat.size > bytes_max) {
    return Error{Errc::kLimit, "'" + path + "' has " + std::to_string(content.stat.size) + " bytes",
                 "at most " + std::to_string(bytes_max) + " can be read at once"};
  }
  TRY(content.bytes, read_whole(file->get(), path, content.stat.size, bytes_max));
  content.stat.size = content.bytes.size();
  return content;
}

Result<FileStat> ProjectFolder::stat(const std::string& path) const {
  TRY(FileDescriptor root, open_root(root_));
  TRY(FileDescriptor file,
      open_beneath(root.get(), path, O_PATH | O_NOFOLLOW, Links::kFollowInside));
  struct stat raw{};
  if (::fstat(file.get(), &raw) != 0) return path_error(path, errno);
  return to_file_stat(raw);
}

Result<void> ProjectFolder::can_hold(const std::string& path) const {
  TRY(FileDescriptor root, open_root(root_));
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end == 0 ? 0 : end + 1);
    const std::string part = path.substr(0, end);
    auto opened = open_beneath(root.get(), part, O_PATH | O_NOFOLLOW, Links::kFollowInside);
    if (!opened && opened.error().code == Errc::kNotFound) return {};
    if (!opened) return std::move(opened).error();
    struct stat raw{};
    if (::fstat(opened->get(), &raw) != 0) return path_error(part, errno);
    if (S_ISLNK(raw.st_mode)) {
      return Error{Errc::kDenied, "'" + part + "' is a link", "name the file that it leads to"};
    }
    const bool last = end == std::string::npos;
    if (!last && !S_ISDIR(raw.st_mode)) {
      return invalid("'" + part + "' is a file, not a folder", "choose another path");
    }
    if (last && !S_ISREG(raw.st_mode)) return invalid("'" + part + "' is not a regular file");
  }
  return {};
}

Result<std::string> ProjectFolder::stage(std::string_view bytes, std::uint32_t mode,
                                         Staged how) const {
  SystemRandom random;
  const std::string name = random.id("w_");
  const std::filesystem::path path = staging_ / name;
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.open()) return path_error("the staging folder", errno);
  auto written = write_whole(file.get(), bytes);
  if (written && ::fchmod(file.get(), mode) != 0) written = path_error("a new file", errno);
  if (written && how == Staged::kSynced) {
    if (::fsync(file.get()) != 0) written = path_error("a new file", errno);
    // The name too: what a loss of power takes back of the next step leaves the file here.
    if (written) written = sync_directory(staging_);
  }
  if (!written) {
    discard(name);
    return std::move(written).error();
  }
  return name;
}

Result<void> ProjectFolder::still_is(const std::string& path, const FileStat* was,
                                     const std::string& hash) const {
  auto now = stat(path);
  if (!now && now.error().code != Errc::kNotFound) return std::move(now).error();
  if (!now || was == nullptr)
    return now.ok() == (was != nullptr) ? Result<void>{} : changed_outside(path);
  if (now->size == was->size && now->modified_ns == was->modified_ns) return {};
  auto content = read(path, kTrackedBytesMax);
  if (!content || sha256_hex(content->bytes) != hash) return changed_outside(path);
  return {};
}

Result<std::string> ProjectFolder::staged_hash(const std::string& staged) const {
  TRY(FileDescriptor staging, open_root(staging_));
  return hash_of({staging.get(), staged});
}

Result<void> ProjectFolder::publish(const std::string& staged, const std::string& path,
                                    const std::string& before) const {
  TRY(FileDescriptor root, open_root(root_));
  TRY(FileDescriptor staging, open_root(staging_));
  const auto [folder, name] = split_path(path);
  TRY(FileDescriptor parent, open_parent(root.get(), folder));
  const Entry ours{staging.get(), staged};
  const Entry target{parent.get(), name};
  if (!before.empty()) return exchange_if(ours, target, before, path);
  auto moved = rename_entry(ours, target, RENAME_NOREPLACE);
  if (!moved && moved.error().code == Errc::kConflict) return changed_outside(path);
  return moved;
}

Result<void> ProjectFolder::sync() const {
  TRY(FileDescriptor root, open_file(root_, O_RDONLY | O_DIRECTORY));
  if (::syncfs(root.get()) != 0) return system_error("syncing the project", errno);
  return {};
}

void ProjectFolder::discard(const std::string& staged) const {
  std::error_code ignored;  // a file that is left over is removed by clear_staging()
  std::filesystem::remove(staging_ / staged, ignored);
}

void ProjectFolder::clear_staging() const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(staging_, error)) {
    std::error_code ignored;  // tried again at the next start
    std::filesystem::remove(entry.path(), ignored);
  }
}

Result<void> ProjectFolder::move(const std::string& from, const std::string& to) const {
  TRY(FileDescriptor root, open_root(root_));
  const auto [from_folder, from_name] = split_path(from);
  const auto [to_folder, to_name] = split_path(to);
  TRY(FileDescriptor source,
      open_beneath(root.get(), from_folder, O_PATH | O_DIRECTORY, Links::kRefuse));
  TRY(FileDescriptor target, open_parent(root.get(), to_folder));
  if (::renameat2(source.get(), from_name.c_str(), target.get(), to_name.c_str(),
                  RENAME_NOREPLACE) != 0) {
    return path_error(errno == EEXIST ? to : from, errno);
  }
  return {};
}

Result<void> ProjectFolder::remove(const std::string& path, const std::string& before,
                                   const std::string& staged) const {
  TRY(FileDescriptor root, open_root(root_));
  TRY(FileDescriptor staging, open_root(staging_));
  auto [folder, name] = split_path(path);
  TRY(FileDescriptor parent,
      open_beneath(root.get(), folder, O_PATH | O_DIRECTORY, Links::kRefuse));
  const Entry taken{staging.get(), staged};
  TRY_VOID(rename_entry({parent.get(), name}, taken, 0));
  TRY(std::string out, hash_of(taken));
  if (out != before) {
    auto put_back = rename_entry(taken, {parent.get(), name}, RENAME_NOREPLACE);
    // Where somebody has put yet another file there, that newer one stays.
    if (!put_back && put_back.error().code != Errc::kConflict) return put_back;
    return changed_outside(path);
  }
  if (::unlinkat(staging.get(), staged.c_str(), 0) != 0) return path_error(path, errno);
  remove_empty_folders(root.get(), folder);
  return {};
}

Result<std::vector<FolderEntry>> ProjectFolder::list(const std::string& path, int depth,
                                                     std::size_t entries_max) const {
  TRY(FileDescriptor root, open_root(root_));
  std::vector<FolderEntry> entries;
  TRY_VOID(list_into(root.get(), path, depth, entries_max, entries));
  return entries;
}

}  // namespace coditect::workspace
