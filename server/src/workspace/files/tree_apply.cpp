#include "workspace/files/tree_apply.h"

#include <climits>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/sha256.h"
#include "workspace/files/beneath.h"
#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {

namespace {

using blobs::TreeEntry;
using Kind = TreeEntry::Kind;

/// Files that are synced one by one; of more the whole file system is synced once.
constexpr std::size_t kSyncedSinglyMax = 32;

Result<std::string> read_link(int folder, const std::string& name, const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (size < 0) return path_error(path, errno);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

/// The folder that holds `path`, open, and the name in it.
struct Place {
  FileDescriptor root;
  FileDescriptor folder;
  std::string folder_path;
  std::string name;
};

Result<Place> find_place(const ProjectFolder& project, const std::string& path) {
  Place place;
  std::tie(place.folder_path, place.name) = split_path(path);
  TRY(place.root, open_root(project.root()));
  TRY(place.folder,
      open_beneath(place.root.get(), place.folder_path, O_PATH | O_DIRECTORY, Links::kRefuse));
  return place;
}

Result<void> remove_link(const ProjectFolder& project, const TreeEntry& link) {
  TRY(const Place place, find_place(project, link.path));
  const auto target = read_link(place.folder.get(), place.name, link.path);
  if (!target || *target != link.target) return changed_outside(link.path);
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) {
    return path_error(link.path, errno);
  }
  remove_empty_folders(place.root.get(), place.folder_path);
  return {};
}

/// A folder that something else has come into meanwhile stays: it follows from what is in it.
Result<void> remove_folder(const ProjectFolder& project, const TreeEntry& folder) {
  auto place = find_place(project, folder.path);
  if (!place && place.error().code == Errc::kNotFound) return {};
  if (!place) return std::move(place).error();
  const int removed = ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR);
  if (removed != 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT) {
    return path_error(folder.path, errno);
  }
  if (removed == 0) remove_empty_folders(place->root.get(), place->folder_path);
  return {};
}

Result<void> make_link(const ProjectFolder& project, const TreeEntry& link) {
  const auto [folder_path, name] = split_path(link.path);
  TRY(const FileDescriptor root, open_root(project.root()));
  TRY(const FileDescriptor folder, open_parent(root.get(), folder_path));
  if (::symlinkat(link.target.c_str(), folder.get(), name.c_str()) == 0) return {};
  return errno == EEXIST ? changed_outside(link.path) : path_error(link.path, errno);
}

Result<void> make_folder(const ProjectFolder& project, const TreeEntry& folder) {
  TRY(const FileDescriptor root, open_root(project.root()));
  TRY(const FileDescriptor made, open_parent(root.get(), folder.path));
  return {};
}

}  // namespace

Result<std::optional<TreeEntry>> entry_at(const ProjectFolder& folder, const std::string& path) {
  std::optional<TreeEntry> nothing;
  TRY(const FileDescriptor root, open_root(folder.root()));
  auto opened = open_beneath(root.get(), path, O_PATH | O_NOFOLLOW, Links::kRefuse);
  const auto leads_nowhere = [](Errc code) {
    return code == Errc::kNotFound || code == Errc::kDenied;
  };
  if (!opened && leads_nowhere(opened.error().code)) return nothing;
  if (!opened) return std::move(opened).error();
  struct stat raw{};
  if (::fstat(opened->get(), &raw) != 0) return path_error(path, errno);
  std::optional<TreeEntry> entry{TreeEntry{path, Kind::kDirectory, "", 0, 0, ""}};
  if (S_ISDIR(raw.st_mode)) return entry;
  if (S_ISLNK(raw.st_mode)) {
    entry->kind = Kind::kSymlink;
    TRY(entry->target, read_link(opened->get(), "", path));
    return entry;
  }
  if (!S_ISREG(raw.st_mode)) return invalid("'" + path + "' is no file, folder or link");
  TRY(const FileContent content, folder.read(path, kTrackedBytesMax));
  if (content.way == FileContent::Way::kThroughLink) return nothing;
  entry->kind = Kind::kFile;
  entry->hash = sha256_hex(content.bytes);
  entry->size = content.bytes.size();
  entry->mode = content.stat.mode & 0777;
  return entry;
}

TreeApply::~TreeApply() {
  for (const auto& [path, name] : staged_) folder_.discard(name);
}

Result<std::string> TreeApply::stage_file(const TreeEntry& entry, ProjectFolder::Staged how) {
  TRY(const std::string bytes, blobs_.get(entry.hash));
  return folder_.stage(bytes, entry.mode, how);
}

Result<void> TreeApply::stage(std::span<const TreeStep> steps) {
  const auto files = std::ranges::count_if(
      steps, [](const TreeStep& step) { return step.after && step.after->kind == Kind::kFile; });
  const bool many = static_cast<std::size_t>(files) > kSyncedSinglyMax;
  for (const TreeStep& step : steps) {
    if (!step.after || step.after->kind != Kind::kFile) continue;
    const auto how = many ? ProjectFolder::Staged::kUnsynced : ProjectFolder::Staged::kSynced;
    TRY(staged_[step.path], stage_file(*step.after, how));
  }
  return many ? folder_.sync() : Result<void>{};
}

Result<void> TreeApply::take_away(const TreeStep& step) {
  switch (step.before->kind) {
    case Kind::kSymlink: return remove_link(folder_, *step.before);
    case Kind::kDirectory: return remove_folder(folder_, *step.before);
    case Kind::kFile: break;
  }
  SystemRandom random;
  return folder_.remove(step.path, step.before->hash, random.id("w_"));
}

Result<void> TreeApply::bring(const TreeStep& step) {
  switch (step.after->kind) {
    case Kind::kSymlink: return make_link(folder_, *step.after);
    case Kind::kDirectory: return make_folder(folder_, *step.after);
    case Kind::kFile: break;
  }
  if (!staged_.contains(step.path)) {
    TRY(staged_[step.path], stage_file(*step.after, ProjectFolder::Staged::kSynced));
  }
  TRY_VOID(folder_.publish(staged_[step.path], step.path, step.before ? step.before->hash : ""));
  staged_.erase(step.path);
  return {};
}

Result<void> TreeApply::take(const TreeStep& step) {
  return step.after ? bring(step) : take_away(step);
}

Result<void> TreeApply::apply(std::span<const TreeStep> steps) {
  for (std::size_t at = 0; at < steps.size(); ++at) {
    auto taken = take(steps[at]);
    if (taken) continue;
    auto back = complete(steps_back(steps.first(at + 1)));
    if (!back) return std::move(back).error().in("taking a change of the tree back");
    return taken;
  }
  return {};
}

Result<void> TreeApply::complete(std::span<const TreeStep> steps) {
  for (const TreeStep& step : steps) {
    const auto now = entry_at(folder_, step.path);
    if (!now || *now == step.after || *now != step.before) continue;
    auto taken = take(step);
    if (!taken && taken.error().code != Errc::kConflict) return taken;
  }
  return {};
}

}  // namespace coditect::workspace
