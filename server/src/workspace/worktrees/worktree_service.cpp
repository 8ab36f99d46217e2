#include "workspace/worktrees/worktree_service.h"

#include <algorithm>

#include "base/limits.h"
#include "base/log.h"
#include "storage/blobs/snapshot.h"
#include "storage/files/file_change.h"
#include "tools/line_merge.h"
#include "tools/text_diff.h"
#include "workspace/worktrees/worktree_limits.h"

namespace coditect::workspace {

namespace {

Error not_kept(const std::string& task) {
  return not_found("task " + task + " has no worktree",
                   "worktrees.list names those that are neither merged nor discarded");
}

/// Holds a name in a set.
class Held {
 public:
  Held(std::set<std::string>& names, const std::string& name)
      : names_(names), place_(names.insert(name).first) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { names_.erase(place_); }

 private:
  std::set<std::string>& names_;
  std::set<std::string>::iterator place_;
};

/// The content of a file as a difference shows it; "" where there is none.
Result<std::string> shown(const std::optional<blobs::TreeEntry>& entry,
                          const blobs::BlobStore& blobs) {
  if (!entry || entry->kind == blobs::TreeEntry::Kind::kDirectory) return std::string();
  if (entry->kind == blobs::TreeEntry::Kind::kSymlink) return "link to " + entry->target + "\n";
  if (entry->size > limits::kFileBytesMax) return std::string("(too large to be shown)\n");
  TRY(std::string bytes, blobs.get(entry->hash));
  return files::is_text(bytes) ? std::move(bytes) : std::string("(not a text)\n");
}

Result<std::string> diff_of(const WorktreeInfo& info, const std::string& path,
                            const blobs::BlobStore& blobs) {
  TRY(const blobs::Tree base, blobs::read_tree(info.base, blobs));
  std::string text;
  for (const auto& [changed, entry] : info.changed) {
    if (!path.empty() && changed != path) continue;
    const auto known = std::ranges::lower_bound(base.entries, changed, {}, &blobs::TreeEntry::path);
    std::optional<blobs::TreeEntry> before;
    if (known != base.entries.end() && known->path == changed) before = *known;
    TRY(const std::string old_text, shown(before, blobs));
    TRY(const std::string new_text, shown(entry, blobs));
    const std::string old_name = before ? "a/" + changed : "/dev/null";
    const std::string new_name = entry ? "b/" + changed : "/dev/null";
    tools::DiffOptions options;
    options.before_name = old_name;
    options.after_name = new_name;
    text += tools::unified_diff(old_text, new_text, options).text;
    if (text.size() > kWorktreeDiffBytesMax) return text + "[there is more]\n";
  }
  return text;
}

}  // namespace

/// What a merge was planned as; filled on the pool.
struct WorktreeService::Planned {
  TreeMerge merge;
  std::string tree;  ///< of the project, that it was planned for
};

awaitable<void> WorktreeService::sweep() {
  std::set<std::string> kept;
  for (const auto& [task, info] : parts_.state.worktrees.open()) kept.insert(task);
  auto work = [root = parts_.root, &kept]() -> Result<void> {
    std::error_code error;
    for (const auto& folder : std::filesystem::directory_iterator(root, error)) {
      if (kept.contains(folder.path().filename().string())) continue;
      std::filesystem::remove_all(folder.path(), error);
      if (error) spdlog::warn("{} stays: {}", folder.path().string(), error.message());
    }
    return {};
  };
  (void)co_await parts_.disk.run(std::move(work));
}

Worktree* WorktreeService::find(const std::string& task) const {
  const auto found = running_.find(task);
  return found == running_.end() ? nullptr : found->second.get();
}

Result<WorktreeInfo> WorktreeService::need(const std::string& task) const {
  const WorktreeInfo* info = parts_.state.worktrees.find(task);
  if (info == nullptr) return not_kept(task);
  return *info;
}

awaitable<Result<void>> WorktreeService::open(std::string task, std::string agent) {
  if (parts_.state.worktrees.find(task) == nullptr) {
    const Checkpoint* before = parts_.state.checkpoints.find_of_task(task);
    if (before == nullptr) co_return internal("task " + task + " has no checkpoint");
    if (parts_.state.worktrees.open().size() >= limits::kWorktreesMax) {
      co_return Error{Errc::kLimit,
                      std::to_string(limits::kWorktreesMax) + " worktrees are kept already",
                      "merge or discard some of those that worktrees.list names"};
    }
    json::object data{{"agent", agent}, {"tree", before->tree}, {"checkpoint", before->id}};
    parts_.log.append({"worktree_opened", "agent:" + agent, {}, task, std::move(data)});
  }
  auto worktree = std::make_unique<Worktree>(
      strand_, Worktree::Parts{parts_.log, parts_.state.worktrees, parts_.blobs, parts_.disk}, task,
      folder_of(task));
  CO_TRY_VOID(co_await worktree->open());
  running_[task] = std::move(worktree);
  co_return Result<void>{};
}

awaitable<Result<void>> WorktreeService::check_decided(const WorktreeInfo& info) {
  auto look = [&info, &blobs = parts_.blobs]() -> Result<void> {
    for (const std::string& path : info.conflicts) {
      const auto found = info.changed.find(path);
      if (found == info.changed.end() || !found->second) continue;
      if (found->second->kind != blobs::TreeEntry::Kind::kFile) continue;
      TRY(const std::string text, blobs.get(found->second->hash));
      if (!tools::has_conflict_marks(text)) continue;
      return Error{Errc::kConflict, "'" + path + "' still has marks of a conflict",
                   "decide between the two sides and remove the marks; tasks.retry goes on"};
    }
    return {};
  };
  co_return co_await parts_.disk.run(std::move(look));
}

std::string WorktreeService::locked_path(const WorktreeInfo& info, const Actor& actor) const {
  for (const auto& [path, entry] : info.changed) {
    const TreeStep step{path, {}, entry};
    if (!parts_.files.check_locks(actor, {step})) return path;
  }
  return {};
}

awaitable<Result<WorktreeMerge>> WorktreeService::merge_once(const WorktreeInfo& info,
                                                             const Actor& actor) {
  const auto planned = std::make_shared<Planned>();
  Checkpoints::Plan plan = [planned, info, &blobs = parts_.blobs](
                               const blobs::Tree& now) -> Result<std::vector<TreeStep>> {
    TRY(const blobs::Tree base, blobs::read_tree(info.base, blobs));
    const auto theirs = with_changes(base.entries, info.changed);
    const MergeNames names{"the project", "task " + info.task};
    TRY(planned->merge, merge_trees(base.entries, now.entries, theirs, blobs, names));
    planned->tree = now.hash;
    if (!planned->merge.conflicts.empty()) return std::vector<TreeStep>{};
    return steps_between(now.entries, with_changes(now.entries, planned->merge.wanted),
                         [](std::string_view) { return true; });
  };
  std::string label = "before merging task " + info.task;
  CO_TRY(const Checkpoints::Restored restored,
         co_await parts_.checkpoints.change(actor, info.task, std::move(label), std::move(plan),
                                            {{"merged", true}}));
  WorktreeMerge merge;
  merge.before = restored.before.id;
  merge.tree = planned->tree;
  merge.conflicts = std::move(planned->merge.conflicts);
  if (merge.conflicts.empty()) {
    for (const auto& [path, entry] : planned->merge.wanted) merge.paths.push_back(path);
  } else {
    merge.undecided = std::move(planned->merge.wanted);
    merge.undecided.merge(planned->merge.undecided);
  }
  co_return merge;
}

awaitable<Result<WorktreeMerge>> WorktreeService::merge(std::string task, Actor actor, Wait wait) {
  CO_TRY(const WorktreeInfo info, need(task));
  if (merging_.contains(task)) {
    co_return Error{Errc::kConflict, "task " + task + " is being merged", "wait for the end of it"};
  }
  const Held merging(merging_, task);
  CO_TRY_VOID(co_await check_decided(info));
  actor.task = task;
  Result<WorktreeMerge> merge = co_await merge_once(info, actor);
  // Each round waits for one more path, and keeps those before.
  for (std::size_t round = 0; wait && round < info.changed.size(); ++round) {
    if (merge || merge.error().code != Errc::kLocked) break;
    const std::string path = locked_path(info, actor);
    if (!path.empty()) CO_TRY_VOID(co_await wait(path));
    merge = co_await merge_once(info, actor);
  }
  if (!merge || !merge->conflicts.empty()) co_return merge;
  json::object data{{"paths", json::value_from(merge->paths)}, {"before", merge->before}};
  const Sequence seq =
      parts_.log.append({"worktree_merged", actor.name, actor.session, task, std::move(data)});
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_await remove_folder(task);
  co_return merge;
}

void WorktreeService::hand_over(const std::string& from, const std::string& to,
                                const WorktreeMerge& merge) {
  const WorktreeInfo* info = parts_.state.worktrees.find(from);
  json::array conflicts;
  for (const MergeConflict& conflict : merge.conflicts) {
    conflicts.push_back(json::string(conflict.path));
  }
  json::array changes;
  for (const auto& [path, entry] : merge.undecided) changes.push_back(worktree_change(path, entry));
  json::object data{{"agent", info == nullptr ? "" : info->agent},
                    {"tree", merge.tree},
                    {"checkpoint", merge.before},
                    {"from", from},
                    {"conflicts", std::move(conflicts)},
                    {"changes", std::move(changes)}};
  parts_.log.append({"worktree_opened", "system", {}, to, std::move(data)});
}

awaitable<Result<void>> WorktreeService::discard(std::string task, Actor actor) {
  CO_TRY_VOID(need(task));
  if (running_.contains(task) || merging_.contains(task)) {
    co_return Error{Errc::kConflict, "task " + task + " works in its worktree",
                    "cancel the task first"};
  }
  CO_TRY_VOID(parts_.log.admit());
  const Sequence seq =
      parts_.log.append({"worktree_discarded", actor.name, actor.session, task, json::object()});
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_await remove_folder(task);
  co_return Result<void>{};
}

awaitable<void> WorktreeService::remove_folder(std::string task) {
  close(task);
  auto work = [folder = folder_of(task)] {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    // The next start tries again.
    if (error) spdlog::warn("{} stays: {}", folder.string(), error.message());
  };
  co_await parts_.disk.run(std::move(work));
}

awaitable<Result<std::string>> WorktreeService::diff(std::string task, std::string path) {
  CO_TRY(const WorktreeInfo info, need(task));
  if (!path.empty() && !info.changed.contains(path)) {
    co_return not_found("the worktree of task " + task + " has not changed '" + path + "'");
  }
  auto work = [&info, &path, &blobs = parts_.blobs] { return diff_of(info, path, blobs); };
  co_return co_await parts_.disk.run(std::move(work));
}

}  // namespace coditect::workspace
