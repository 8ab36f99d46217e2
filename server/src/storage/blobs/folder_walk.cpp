#include "storage/blobs/folder_walk.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <limits.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace coditect::blobs {
namespace {

constexpr const char* kRepository = ".git";

std::string words(int error_number) { return std::generic_category().message(error_number); }

/// The names in an open folder, sorted. The folder is listed through its descriptor, so that it is
/// this one whatever has become of its path.
Result<std::vector<std::string>> names_in(const FileDescriptor& folder) {
  namespace fs = std::filesystem;
  const fs::path path = "/proc/self/fd/" + std::to_string(folder.get());
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator each(path, error), end; !error && each != end;
       each.increment(error)) {
    names.push_back(each->path().filename().string());
  }
  if (error) return system_error("listing a folder", error.value());
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<void> FolderWalk::run(const std::filesystem::path& root) {
  TRY(FileDescriptor folder, open_file(root, O_RDONLY | O_DIRECTORY));
  return visit_folder(std::move(folder), "", 0);
}

Result<void> FolderWalk::visit_folder(FileDescriptor folder, const std::string& path,
                                      std::size_t depth) {
  auto names = names_in(folder);
  if (!names) {
    skip(path, names.error().message);
    return {};
  }
  const std::size_t recorded_before = recorded_;
  for (const std::string& name : *names) {
    const std::string child = path.empty() ? name : path + "/" + name;
    if (name == kRepository && repositories_ == Repositories::kLeftOut) continue;
    if (ignore_ && ignore_(child)) continue;
    TRY_VOID(visit(folder.get(), name, child, depth + 1));
  }
  if (recorded_ == recorded_before && depth > 0) {
    entries.push_back({path, TreeEntry::Kind::kDirectory, "", 0, 0, ""});
    ++recorded_;
  }
  return {};
}

Result<void> FolderWalk::visit(int folder, const std::string& name, const std::string& path,
                               std::size_t depth) {
  if (!is_tree_path(path)) {
    skip(path, "its name is not UTF-8");
    return {};
  }
  struct stat status{};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) skip(path, words(errno));
    return {};
  }
  if (S_ISLNK(status.st_mode)) {
    visit_link(folder, name, path);
    return {};
  }
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    skip(path, "it is no file, folder or symbolic link");
    return {};
  }
  if (depth > kTreeDepthMax) {
    skip(path, "it lies more than " + std::to_string(kTreeDepthMax) + " folders deep");
    return {};
  }
  // Not blocking: what was a file a moment ago may be a pipe by now.
  FileDescriptor opened(
      ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.open()) {
    if (errno != ENOENT) skip(path, words(errno));
    return {};
  }
  if (::fstat(opened.get(), &status) != 0) {
    skip(path, words(errno));
    return {};
  }
  if (S_ISDIR(status.st_mode)) return visit_folder(std::move(opened), path, depth);
  if (!S_ISREG(status.st_mode)) {
    skip(path, "it is no file, folder or symbolic link");
    return {};
  }
  ++recorded_;
  return on_file_(path, std::move(opened), status);
}

void FolderWalk::visit_link(int folder, const std::string& name, const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (size < 0) {
    if (errno != ENOENT) skip(path, words(errno));
    return;
  }
  target.resize(static_cast<std::size_t>(size));
  TreeEntry entry{path, TreeEntry::Kind::kSymlink, "", 0, 0, target};
  if (!parse_manifest(encode_manifest({entry}))) {
    skip(path, "the link's target is not UTF-8");
    return;
  }
  entries.push_back(std::move(entry));
  ++recorded_;
}

void FolderWalk::skip(const std::string& path, std::string why) {
  skipped.push_back({path, std::move(why)});
}

}  // namespace coditect::blobs
