#include "workspace/checkpoints.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/log.h"
#include "coordination/locks/path.h"
#include "workspace/files/guarded_rename.h"
#include "workspace/files/watcher.h"
#include "workspace/second_look.h"

namespace coditect::workspace {

namespace {

using Kind = blobs::TreeEntry::Kind;

/// How often a change is planned anew because somebody was quicker.
constexpr int kAttemptsMax = 3;
/// Changes that may be logged and not be in the folder yet when it begins to be read.
constexpr std::size_t kTouchedBefore = 64;
/// Somebody who writes all the time does not keep a tree from being done.
constexpr int kLooksMax = 3;

bool is_at_or_below(std::string_view path, std::string_view folder) {
  if (folder.empty() || path == folder) return true;
  return path.starts_with(folder) && path[folder.size()] == '/';
}

/// What the project's files do not follow cannot be changed as they are. The paths.
std::vector<std::string> take_out_large(std::vector<TreeStep>& steps) {
  std::vector<std::string> paths;
  const auto large = [](const std::optional<blobs::TreeEntry>& entry) {
    return entry && entry->size > kTrackedBytesMax;
  };
  std::erase_if(steps, [&](const TreeStep& step) {
    const bool out = large(step.before) || large(step.after);
    if (out) paths.push_back(step.path);
    return out;
  });
  return paths;
}

/// Whether a link or an empty folder can be beside these files, which are sorted by path.
bool has_room(const std::vector<blobs::TreeEntry>& files, const std::string& path) {
  const auto is_file = [&files](std::string_view each) {
    return std::ranges::binary_search(files, each, {}, &blobs::TreeEntry::path);
  };
  const std::string below = path + "/";
  const auto next = std::ranges::lower_bound(files, below, {}, &blobs::TreeEntry::path);
  if (next != files.end() && next->path.starts_with(below)) return false;
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    if (is_file(std::string_view(path).substr(0, end))) return false;
  }
  return !is_file(path);
}

/// The files, and what of the tree is no file and not in their way, by path.
std::vector<blobs::TreeEntry> with_what_stays(std::vector<blobs::TreeEntry> files,
                                              const std::vector<blobs::TreeEntry>& now) {
  std::vector<blobs::TreeEntry> others;
  for (const blobs::TreeEntry& entry : now) {
    if (entry.kind != Kind::kFile && has_room(files, entry.path)) others.push_back(entry);
  }
  std::ranges::move(others, std::back_inserter(files));
  std::ranges::sort(files, {}, &blobs::TreeEntry::path);
  return files;
}

}  // namespace

void adopt_tree(FileIndex& index, const std::vector<blobs::TreeEntry>& entries, Sequence seq) {
  for (const blobs::TreeEntry& entry : entries) {
    if (entry.kind != Kind::kFile) continue;
    index.adopt(entry.path, FileInfo{seq, entry.hash, entry.size, entry.mode, 0});
  }
}

void Checkpoints::before_apply(const Event& event) {
  if (event.type != "file_edit") return;
  for (const char* key : {"from", "path"}) {
    if (auto path = find_string(event.data, key)) touched_.push_back(*std::move(path));
  }
  while (!reading_ && touched_.size() > kTouchedBefore) touched_.pop_front();
}

awaitable<Result<blobs::Tree>> Checkpoints::snapshot() {
  const AsyncMutex::Guard taking = co_await taking_.lock();
  reading_ = true;
  auto tree = co_await read_tree();
  for (int look = 0; tree && look < kLooksMax && !touched_.empty(); ++look) {
    std::set<std::string> paths(touched_.begin(), touched_.end());
    touched_.clear();
    const std::shared_ptr<void> held = co_await parts_.files.hold(paths);
    auto again = [this, tree = *std::move(tree), paths = std::move(paths)]() mutable {
      return look_again(std::move(tree), paths, parts_.files.folder(), parts_.blobs);
    };
    tree = co_await parts_.disk.run(std::move(again));
  }
  reading_ = false;
  co_return tree;
}

awaitable<Result<blobs::Tree>> Checkpoints::read_tree() {
  auto work = [this]() -> Result<blobs::Tree> {
    TRY(blobs::Snapshot taken, blobs::snapshot_tree(parts_.files.folder().root(), parts_.blobs,
                                                    is_ignored_path, taken_before_));
    for (const blobs::Skipped& skipped : taken.skipped) {
      spdlog::warn("a checkpoint leaves {} out: {}", skipped.path, skipped.why);
    }
    return std::move(taken.tree);
  };
  co_return co_await parts_.disk.run(std::move(work));
}

Checkpoint Checkpoints::append(const Actor& actor, std::string label, const blobs::Tree& tree) {
  json::object data{{"id", parts_.random.id("c_")},
                    {"label", std::move(label)},
                    {"tree", tree.hash},
                    {"files", tree.files},
                    {"bytes", tree.bytes}};
  parts_.log.append({"checkpoint", actor.name, actor.session, actor.task, std::move(data)});
  return parts_.state.checkpoints.all().back();
}

awaitable<Result<void>> Checkpoints::record_provisioned(std::string actor) {
  CO_TRY(blobs::Tree tree, co_await snapshot());
  const Checkpoint made = append({actor, {}, {}}, std::string(kProvisionedLabel), tree);
  adopt_tree(parts_.state.files, tree.entries, made.seq);
  co_return Result<void>{};
}

awaitable<Result<Checkpoint>> Checkpoints::create(Actor actor, std::string label) {
  CO_TRY(blobs::Tree tree, co_await snapshot());
  CO_TRY_VOID(parts_.log.admit());
  const Checkpoint made = append(actor, std::move(label), tree);
  CO_TRY_VOID(co_await parts_.log.durable(made.seq));
  co_return made;
}

awaitable<Result<void>> Checkpoints::before_task(std::string task) {
  if (parts_.state.checkpoints.find_of_task(task) != nullptr) co_return Result<void>{};
  CO_TRY(blobs::Tree tree, co_await snapshot());
  append({"system", {}, task}, "before task " + task, tree);
  co_return Result<void>{};
}

awaitable<Result<Checkpoints::Restored>> Checkpoints::restore(Actor actor, std::string id,
                                                              std::string path) {
  const Checkpoint* found = parts_.state.checkpoints.find(id);
  if (found == nullptr) {
    co_return not_found("there is no checkpoint '" + id + "'",
                        "checkpoints.list names those there are");
  }
  CO_TRY(path, locks::canonical_folder(path));
  Plan plan = [this, wanted = *found, path](const blobs::Tree& now) {
    return steps_to(wanted, path, now);
  };
  const std::string what = path.empty() ? "" : path + " of ";
  std::string label = "before restoring " + what + found->label;
  co_return co_await change(std::move(actor), std::move(id), std::move(label), std::move(plan));
}

Result<std::vector<TreeStep>> Checkpoints::steps_to(const Checkpoint& wanted,
                                                    const std::string& path,
                                                    const blobs::Tree& now) const {
  TRY(const blobs::Tree then, blobs::read_tree(wanted.tree, parts_.blobs));
  return steps_between_trees(now.entries, then.entries, path);
}

Result<std::vector<TreeStep>> Checkpoints::steps_between_trees(
    const std::vector<blobs::TreeEntry>& now, const std::vector<blobs::TreeEntry>& then,
    const std::string& path) {
  const auto selected = [&path](std::string_view each) { return is_at_or_below(each, path); };
  const auto known = [&](const std::vector<blobs::TreeEntry>& tree) {
    return std::ranges::any_of(tree, selected, &blobs::TreeEntry::path);
  };
  if (!path.empty() && !known(now) && !known(then)) {
    return not_found("neither the project nor the moment to go back to has '" + path + "'");
  }
  return steps_between(now, then, selected);
}

awaitable<Result<Checkpoints::Restored>> Checkpoints::restore_moment(Actor actor, Moment moment,
                                                                     std::string path) {
  CO_TRY(path, locks::canonical_folder(path));
  const std::string event = std::to_string(moment.seq);
  const std::string what = path.empty() ? "" : path + " of ";
  std::string label = "before restoring " + what + "event " + event;
  Plan plan = [files = std::move(moment.files), path](const blobs::Tree& now) {
    return steps_between_trees(now.entries, with_what_stays(files, now.entries), path);
  };
  co_return co_await change(std::move(actor), "event:" + event, std::move(label), std::move(plan));
}

awaitable<Result<Checkpoints::Restored>> Checkpoints::change(Actor actor, std::string of,
                                                             std::string label, Plan plan,
                                                             json::object more) {
  for (int attempt = 1;; ++attempt) {
    auto changed = co_await change_once(actor, of, label, plan, more);
    const bool beaten = !changed && changed.error().code == Errc::kConflict;
    if (!beaten || attempt == kAttemptsMax) co_return changed;
  }
}

awaitable<Result<Checkpoints::Restored>> Checkpoints::change_once(const Actor& actor,
                                                                  const std::string& of,
                                                                  const std::string& label,
                                                                  const Plan& plan,
                                                                  const json::object& more) {
  CO_TRY_VOID(co_await parts_.files.reconcile_folder("", outside()));
  CO_TRY(blobs::Tree now, co_await snapshot());
  auto make = [&plan, &now] { return plan(now); };
  TreeChange change;
  CO_TRY(change.steps, co_await parts_.disk.run(std::move(make)));
  Restored restored;
  restored.left_out = take_out_large(change.steps);
  CO_TRY_VOID(parts_.files.check_locks(actor, change.steps));
  CO_TRY_VOID(parts_.log.admit());
  restored.before = append(actor, label, now);
  std::set<std::string_view> paths;
  for (const TreeStep& step : change.steps) paths.insert(step.path);
  restored.changed = paths.size();
  if (change.steps.empty()) {
    CO_TRY_VOID(co_await parts_.log.durable(restored.before.seq));
    co_return restored;
  }
  change.data = more;
  change.data["id"] = parts_.random.id("r_");
  change.data["of"] = of;
  change.data["before"] = restored.before.id;
  CO_TRY_VOID(co_await parts_.files.change_tree(actor, std::move(change)));
  co_return restored;
}

}  // namespace coditect::workspace
