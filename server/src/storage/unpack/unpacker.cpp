#include "storage/unpack/unpacker.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "storage/unpack/disk_room.h"
#include "storage/unpack/entry_path.h"
#include "storage/unpack/git_config.h"
#include "storage/unpack/git_entries.h"

namespace coditect::unpack {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBytesBetweenLooks = 64u << 20;  // at how much room the disk has
constexpr std::size_t kCopyBytes = 256u << 10;
/// What macOS puts beside the files when it makes a zip.
constexpr std::string_view kMacFolder = "__MACOSX";

// Nobody else may write, whoever made the archive; its owner may always read and write.
mode_t mode_of_file(mode_t mode) { return (mode & 0755) | 0600; }
mode_t mode_of_folder(mode_t mode) { return (mode & 0755) | 0700; }

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

Result<void> Unpacker::take_all(ArchiveReader& reader) {
  TRY_VOID(need_room(root_, 0));
  while (true) {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, "unpacking was cancelled", {}};
    TRY(const std::optional<ArchiveEntry> entry, reader.next());
    if (!entry) break;
    TRY_VOID(take(reader, *entry));
  }
  if (seen_.empty()) return invalid("the archive holds no files", "look into it: unzip -l, tar -t");
  result_.format = reader.format();
  return {};
}

Result<void> Unpacker::take(ArchiveReader& reader, const ArchiveEntry& entry) {
  TRY(const std::string path, entry_path(entry.name));
  TRY_VOID(count(path));
  if (path.empty()) {
    if (entry.kind == ArchiveEntry::Kind::kFolder) return {};
    return refused_entry(entry.name, "is the project itself and no folder");
  }
  TRY_VOID(allow(entry.bytes.value_or(0)));
  if (is_below(path, kMacFolder))
    return leave_out(path, entry, "is what macOS keeps beside a file");
  const GitEntry git = git_entry(path, entry.kind);
  if (git == GitEntry::kLeftOut) {
    return leave_out(path, entry, "may make git run a program or look outside the project");
  }
  switch (entry.kind) {
    case ArchiveEntry::Kind::kFolder: return take_folder(path, entry.mode);
    case ArchiveEntry::Kind::kLink: return take_link(path, entry);
    case ArchiveEntry::Kind::kHardLink: return take_hard_link(path, entry);
    case ArchiveEntry::Kind::kFile:
      return git == GitEntry::kConfig ? take_git_config(reader, path, entry)
                                      : take_file(reader, path, entry);
    case ArchiveEntry::Kind::kOther: break;
  }
  return refused_entry(path, "is a device, a pipe or a socket");
}

Result<void> Unpacker::take_folder(const std::string& path, mode_t mode) {
  TRY_VOID(place(path, Kind::kFolder));
  if (::chmod((root_ / path).c_str(), mode_of_folder(mode)) != 0) {
    return system_error("chmod " + shown(path), errno);
  }
  return {};
}

Result<void> Unpacker::take_file(ArchiveReader& reader, const std::string& path,
                                 const ArchiveEntry& entry) {
  TRY(const FileDescriptor file, create(path));
  std::uint64_t bytes = 0;
  while (true) {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, "unpacking was cancelled", {}};
    TRY(const std::optional<ArchiveReader::Piece> piece, reader.read());
    if (!piece) break;
    // The holes of a file count: whoever reads it reads them.
    const std::uint64_t end = std::max(bytes, piece->offset + piece->bytes.size());
    TRY_VOID(allow(end - bytes));
    TRY_VOID(write_all(file.get(), piece->bytes, piece->offset));
    result_.bytes += end - bytes;
    bytes = end;
  }
  const std::uint64_t whole = std::max(bytes, entry.bytes.value_or(0));
  TRY_VOID(allow(whole - bytes));
  if (::ftruncate(file.get(), static_cast<off_t>(whole)) != 0 ||
      ::fchmod(file.get(), mode_of_file(entry.mode)) != 0) {
    return system_error("writing " + shown(path), errno);
  }
  result_.bytes += whole - bytes;
  return {};
}

Result<void> Unpacker::take_git_config(ArchiveReader& reader, const std::string& path,
                                       const ArchiveEntry& entry) {
  std::string text;
  while (true) {
    TRY(const std::optional<ArchiveReader::Piece> piece, reader.read());
    if (!piece) break;
    if (piece->offset != text.size() || text.size() + piece->bytes.size() > kGitConfigBytesMax) {
      return leave_out(path, entry, "is too large for settings of git");
    }
    text += piece->bytes;
  }
  const std::string safe = safe_git_config(text);
  TRY_VOID(allow(safe.size()));
  TRY(const FileDescriptor file, create(path));
  TRY_VOID(write_all(file.get(), safe, 0));
  if (::fchmod(file.get(), 0644) != 0) return system_error("chmod " + shown(path), errno);
  result_.bytes += safe.size();
  return {};
}

Result<void> Unpacker::take_hard_link(const std::string& path, const ArchiveEntry& entry) {
  TRY(const std::string target, entry_path(entry.target));
  const auto found = seen_.find(target);
  if (found == seen_.end() || found->second != Kind::kFile || target == path) {
    return refused_entry(path, "is a hard link to '" + shown(entry.target) +
                                   "', which is no file before it in the archive");
  }
  TRY(const FileDescriptor from, open_file(root_ / target, O_RDONLY | O_NOFOLLOW));
  TRY(const std::uint64_t bytes, file_size(from.get()));
  TRY_VOID(allow(bytes));
  TRY(const FileDescriptor to, create(path));
  std::string buffer(kCopyBytes, '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, "unpacking was cancelled", {}};
    TRY(const std::size_t count, read_at(from.get(), buffer, done));
    if (count == 0) return internal("a file that was just unpacked became shorter");
    TRY_VOID(write_all(to.get(), std::string_view(buffer).substr(0, count), done));
    done += count;
  }
  struct stat status{};
  if (::fstat(from.get(), &status) != 0 || ::fchmod(to.get(), status.st_mode & 0777) != 0) {
    return system_error("copying " + shown(target), errno);
  }
  result_.bytes += bytes;
  return {};
}

Result<void> Unpacker::take_link(const std::string& path, const ArchiveEntry& entry) {
  if (!is_utf8(entry.target) || entry.target.size() > limits::kPathBytesMax) {
    return refused_entry(path, "is a link whose target is no path");
  }
  TRY_VOID(place(path, Kind::kLink));
  links_[path] = entry.target;
  return {};
}

Result<void> Unpacker::place(const std::string& path, Kind kind) {
  const auto [found, fresh] = seen_.try_emplace(path, kind);
  if (!fresh) {
    if (found->second == kind) return {};
    return refused_entry(path, "is in the archive twice, as different things");
  }
  const std::string parent(parent_of(path));
  if (parent.empty()) {
    tops_.insert(path);
  } else if (const auto above = seen_.find(parent); above == seen_.end()) {
    TRY_VOID(count(parent));
    TRY_VOID(place(parent, Kind::kFolder));
  } else if (above->second != Kind::kFolder) {
    return refused_entry(path, "is below '" + shown(parent) + "', which is no folder");
  }
  if (kind != Kind::kFolder) {
    ++result_.files;
  } else if (::mkdir((root_ / path).c_str(), 0755) != 0) {
    return system_error("mkdir " + shown(path), errno);
  }
  return {};
}

Result<FileDescriptor> Unpacker::create(const std::string& path) {
  const bool again = seen_.contains(path);
  TRY_VOID(place(path, Kind::kFile));
  const fs::path file = root_ / path;
  // An archive that was added to has a file's later states behind the earlier ones.
  if (again && ::unlink(file.c_str()) != 0) return system_error("replacing " + shown(path), errno);
  return open_file(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

Result<void> Unpacker::count(const std::string& path) {
  if (++entries_ <= limits_.entries_max) return {};
  return Error{Errc::kLimit,
               "the archive has more than " + std::to_string(limits_.entries_max) + " entries: '" +
                   shown(path) + "' is beyond them",
               "leave out what can be made anew, such as installed packages"};
}

Result<void> Unpacker::allow(std::uint64_t more) {
  const std::uint64_t before = result_.bytes + passed_over_;
  if (more > limits_.bytes_max || before > limits_.bytes_max - more) {
    return Error{Errc::kLimit,
                 "the archive holds more than " + mebibytes(limits_.bytes_max) + " of files",
                 "leave out what can be made anew, such as builds and installed packages"};
  }
  const std::uint64_t bytes = before + more;
  if (bytes > limits_.ratio_free_bytes && bytes / limits_.ratio_max > archive_bytes_) {
    return Error{Errc::kLimit,
                 "the archive unpacks to more than " + std::to_string(limits_.ratio_max) +
                     " times its size, as no project does",
                 "where it is one, unpack it yourself and provision from the folder"};
  }
  if (bytes < looked_at_ + kBytesBetweenLooks) return {};
  looked_at_ = bytes;
  return need_room(root_, kBytesBetweenLooks);
}

Result<void> Unpacker::leave_out(const std::string& path, const ArchiveEntry& entry,
                                 std::string why) {
  if (result_.left_out.size() < kLeftOutShownMax) {
    result_.left_out.push_back({shown(path), std::move(why)});
  }
  ++result_.left_out_count;
  passed_over_ += entry.bytes.value_or(0);
  return {};
}

std::string Unpacker::single_top() const {
  if (tops_.size() != 1 || tops_.begin()->starts_with('.')) return "";
  return seen_.at(*tops_.begin()) == Kind::kFolder ? *tops_.begin() : "";
}

Result<void> Unpacker::make_links(const fs::path& folder, const std::string& top) {
  const std::size_t skipped = top.empty() ? 0 : top.size() + 1;
  for (const auto& [whole, target] : links_) {
    const std::string path = whole.substr(skipped);
    if (!stays_inside(path, target)) {
      return refused_entry(whole,
                           "is a link to '" + shown(target) + "', which leads out of the project");
    }
    if (::symlink(target.c_str(), (folder / path).c_str()) != 0) {
      return system_error("making the link " + shown(whole), errno);
    }
  }
  return {};
}

}  // namespace coditect::unpack
