#include "workspace/worktrees/worktree.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "base/sha256.h"
#include "storage/files/file_change.h"
#include "workspace/files/guarded_rename.h"
#include "workspace/files/tree_apply.h"
#include "workspace/files/watcher.h"
#include "workspace/worktrees/tree_merge.h"

namespace coditect::workspace {

namespace {

/// Changes in one event.
constexpr std::size_t kChangesInEvent = 500;

bool everything(std::string_view) { return true; }

/// Another one each time the machine starts (proc(5), random/boot_id); "" where it cannot be told.
std::string this_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// What the copy does not follow, as the project does not.
void leave_large_out(std::vector<blobs::TreeEntry>& entries) {
  std::erase_if(entries,
                [](const blobs::TreeEntry& entry) { return entry.size > kTrackedBytesMax; });
}

blobs::TreeEntry file_entry(const std::string& path, const std::string& hash, std::size_t size,
                            std::uint32_t mode) {
  return {path, blobs::TreeEntry::Kind::kFile, hash, size, mode & 0777u, ""};
}

}  // namespace

/// A change that is staged and can be logged.
struct Worktree::Edited {
  std::string staged;
  std::string before;  ///< hash; "" where there is no file
  TreeStep step;
  bool same = false;  ///< nothing changes
};

Worktree::Worktree(const Strand& strand, Parts parts, std::string task,
                   const std::filesystem::path& folder)
    : parts_(parts),
      task_(std::move(task)),
      made_(folder / "made"),
      folder_(folder / "project", folder / "staging"),
      changing_(strand) {}

const WorktreeInfo& Worktree::info() const {
  const WorktreeInfo* info = parts_.book.find(task_);
  check(info != nullptr, "a worktree is in the log while a task works in it");
  return *info;
}

Sequence Worktree::version_of(const std::string& path) const {
  const auto found = info().versions.find(path);
  return found == info().versions.end() ? info().begun : found->second;
}

Result<blobs::Tree> Worktree::take() {
  TRY(blobs::Snapshot taken,
      blobs::snapshot_tree(folder_.root(), parts_.blobs, is_ignored_path, taken_before_));
  leave_large_out(taken.tree.entries);
  return std::move(taken.tree);
}

awaitable<Result<blobs::Tree>> Worktree::logged_tree() const {
  auto read = [&blobs = parts_.blobs, base = info().base,
               changed = info().changed]() -> Result<blobs::Tree> {
    TRY(blobs::Tree tree, blobs::read_tree(base, blobs));
    tree.entries = with_changes(tree.entries, changed);
    leave_large_out(tree.entries);
    return tree;
  };
  co_return co_await parts_.disk.run(std::move(read));
}

awaitable<Result<void>> Worktree::open() {
  const AsyncMutex::Guard held = co_await changing_.lock();
  // What a command wrote is on the disk for good only while the machine has not gone down.
  auto look = [this] {
    const auto made = read_file(made_);
    return made && !made->empty() && *made == this_boot();
  };
  if (co_await parts_.disk.run(std::move(look))) {
    auto complete = [this, intent = info().intent] { complete_write(intent); };
    co_await parts_.disk.run(std::move(complete));
    CO_TRY_VOID(co_await compare_guarded({"process:" + task_, {}, task_}));
    co_return Result<void>{};
  }
  CO_TRY(const blobs::Tree logged, co_await logged_tree());
  auto make = [this, &logged] { return make_folder(logged); };
  co_return co_await parts_.disk.run(std::move(make));
}

Result<void> Worktree::make_folder(const blobs::Tree& logged) {
  TRY_VOID(make_directories(folder_.root()));
  TRY_VOID(make_directories(folder_.root().parent_path() / "staging"));
  folder_.clear_staging();
  TRY(const blobs::Tree there, take());
  const std::vector<TreeStep> steps = steps_between(there.entries, logged.entries, everything);
  TreeApply apply(folder_, parts_.blobs);
  TRY_VOID(apply.stage(steps));
  TRY_VOID(apply.apply(steps));
  TRY_VOID(folder_.sync());
  return write_file_atomically(made_, this_boot());
}

void Worktree::complete_write(const std::optional<WorktreeInfo::Intent>& intent) const {
  if (intent && folder_.staged_hash(intent->staged)) {
    // What else is there by now is what a command made of it, and stays.
    const auto placed = folder_.publish(intent->staged, intent->path, intent->before);
    if (!placed) spdlog::warn("{} of task {}: {}", intent->path, task_, placed.error().message);
  }
  folder_.clear_staging();
}

awaitable<Result<std::vector<FolderEntry>>> Worktree::list(std::string path, int depth,
                                                           std::size_t entries_max) const {
  auto work = [&folder = folder_, path, depth, entries_max] {
    return folder.list(path, depth, entries_max);
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<FileText>> Worktree::read(std::string path) const {
  const Sequence version = version_of(path);
  auto work = [&folder = folder_, &path]() -> Result<std::string> {
    TRY(FileContent content, folder.read(path, limits::kFileBytesMax));
    if (!files::is_text(content.bytes)) {
      return invalid("'" + path + "' is not text", "only UTF-8 text can be read here");
    }
    return std::move(content.bytes);
  };
  CO_TRY(std::string text, co_await parts_.disk.run(std::move(work)));
  co_return FileText{std::move(text), version};
}

Result<Worktree::Edited> Worktree::prepare(const std::string& path, Sequence version,
                                           const FileService::Edit& edit) {
  CurrentFile current;
  Edited edited;
  std::uint32_t mode = 0644;
  auto content = folder_.read(path, limits::kFileBytesMax);
  if (!content && content.error().code != Errc::kNotFound) return std::move(content).error();
  if (content) {
    if (!files::is_text(content->bytes)) {
      return invalid("'" + path + "' is not text", "only UTF-8 text can be edited here");
    }
    mode = content->stat.mode;
    edited.before = sha256_hex(content->bytes);
    edited.step.before = file_entry(path, edited.before, content->bytes.size(), mode);
    current = {std::move(content->bytes), version};
  }
  TRY(const std::string after, edit(current));
  if (after.size() > limits::kFileBytesMax) {
    return Error{Errc::kLimit, "'" + path + "' would have more than 8 MB", "split the file"};
  }
  if (!files::is_text(after)) return invalid("the new content of '" + path + "' is not UTF-8 text");
  TRY_VOID(folder_.can_hold(path));
  TRY(const std::string hash, parts_.blobs.put(after));
  edited.step.path = path;
  edited.step.after = file_entry(path, hash, after.size(), mode);
  edited.same = hash == edited.before;
  if (edited.same) return edited;
  TRY(edited.staged, folder_.stage(after, mode));
  return edited;
}

awaitable<Result<Written>> Worktree::change(Actor actor, std::string path, FileService::Edit edit) {
  if (is_ignored_path(path)) {
    co_return invalid("'" + path + "' is no part of the project",
                      "a command can write there; nothing of it is merged");
  }
  const AsyncMutex::Guard held = co_await changing_.lock();
  auto work = [this, &path, version = version_of(path), &edit] {
    return prepare(path, version, edit);
  };
  CO_TRY(Edited edited, co_await parts_.disk.run(std::move(work)));
  if (edited.same) co_return Written{version_of(path), info().begun};
  const WorktreeInfo::Intent intent{path, edited.staged, edited.before};
  auto logged = co_await record(actor, {edited.step}, intent);
  if (!logged) {
    auto drop = [this, &edited] { folder_.discard(edited.staged); };
    co_await parts_.disk.run(std::move(drop));
    co_return std::move(logged).error();
  }
  auto place = [this, &path, &edited] {
    return folder_.publish(edited.staged, path, edited.before);
  };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(place)));
  co_return Written{*logged, *logged};
}

awaitable<Result<Sequence>> Worktree::record(const Actor& actor, const std::vector<TreeStep>& steps,
                                             const std::optional<WorktreeInfo::Intent>& intent) {
  CO_TRY_VOID(parts_.log.admit());
  // What goes and comes again at one path is one change of it.
  TreeMerge::Changes changes;
  for (const TreeStep& step : steps) changes[step.path] = step.after;
  json::array rows;
  Sequence last = 0;
  std::size_t left = changes.size();
  for (const auto& [path, entry] : changes) {
    rows.push_back(worktree_change(path, entry));
    if (--left > 0 && rows.size() < kChangesInEvent) continue;
    json::object data{{"changes", std::exchange(rows, {})}};
    if (intent) data["intent"] = worktree_intent(*intent);
    last = parts_.log.append({"worktree_edit", actor.name, {}, task_, std::move(data)});
  }
  CO_TRY_VOID(co_await parts_.log.durable(last));
  co_return last;
}

awaitable<Result<std::vector<std::string>>> Worktree::compare(Actor actor) {
  const AsyncMutex::Guard held = co_await changing_.lock();
  co_return co_await compare_guarded(actor);
}

awaitable<Result<std::vector<std::string>>> Worktree::compare_guarded(const Actor& actor) {
  CO_TRY(const blobs::Tree logged, co_await logged_tree());
  auto look = [this, &logged]() -> Result<std::vector<TreeStep>> {
    TRY(const blobs::Tree there, take());
    return steps_between(logged.entries, there.entries, everything);
  };
  CO_TRY(const std::vector<TreeStep> steps, co_await parts_.disk.run(std::move(look)));
  std::vector<std::string> paths;
  for (const TreeStep& step : steps) {
    if (paths.empty() || paths.back() != step.path) paths.push_back(step.path);
  }
  if (steps.empty()) co_return paths;
  CO_TRY_VOID(co_await record(actor, steps, std::nullopt));
  co_return paths;
}

}  // namespace coditect::workspace
