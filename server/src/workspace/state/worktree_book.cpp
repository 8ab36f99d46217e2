#include "workspace/state/worktree_book.h"

#include "storage/blobs/tree_json.h"

namespace coditect::workspace {

namespace {

constexpr std::string_view kNothing = "none";

Result<void> take_change(const json::value& value, Sequence seq, WorktreeInfo& worktree) {
  if (!value.is_object()) return invalid("a change of a worktree is no object");
  const json::object& change = value.get_object();
  TRY(const std::string path, need_string(change, "path"));
  if (!blobs::is_tree_path(path)) return invalid("'" + path + "' is no path inside the tree");
  std::optional<blobs::TreeEntry> entry;
  if (find_string(change, "type") != kNothing) {
    TRY(entry, blobs::parse_tree_entry(change));
  }
  worktree.changed[path] = std::move(entry);
  const auto version = find_int(change, "version");  // of a snapshot
  worktree.versions[path] = version ? static_cast<Sequence>(*version) : seq;
  return {};
}

Result<void> take_changes(const json::object& data, Sequence seq, WorktreeInfo& worktree) {
  const json::array* changes = find_array(data, "changes");
  for (const json::value& change : changes == nullptr ? json::array() : *changes) {
    TRY_VOID(take_change(change, seq, worktree));
  }
  return {};
}

std::optional<WorktreeInfo::Intent> parse_intent(const json::object& data) {
  const json::object* intent = find_object(data, "intent");
  if (intent == nullptr) return std::nullopt;
  return WorktreeInfo::Intent{find_string(*intent, "path").value_or(""),
                              find_string(*intent, "staged").value_or(""),
                              find_string(*intent, "before").value_or("")};
}

/// What a `worktree_opened` says, and a snapshot.
Result<WorktreeInfo> parse_worktree(const json::object& data, std::string task, Sequence seq) {
  WorktreeInfo worktree;
  worktree.task = std::move(task);
  worktree.begun = seq;
  TRY(worktree.agent, need_string(data, "agent"));
  TRY(worktree.base, need_string(data, "tree"));
  const json::array* conflicts = find_array(data, "conflicts");
  for (const json::value& path : conflicts == nullptr ? json::array() : *conflicts) {
    if (path.is_string()) worktree.conflicts.emplace_back(path.get_string());
  }
  worktree.intent = parse_intent(data);
  TRY_VOID(take_changes(data, seq, worktree));
  return worktree;
}

}  // namespace

json::object worktree_change(const std::string& path,
                             const std::optional<blobs::TreeEntry>& entry) {
  if (entry) return blobs::to_json(*entry);
  return {{"path", path}, {"type", kNothing}};
}

json::object worktree_intent(const WorktreeInfo::Intent& intent) {
  return {{"path", intent.path}, {"staged", intent.staged}, {"before", intent.before}};
}

const WorktreeInfo* WorktreeBook::find(std::string_view task) const {
  const auto found = open_.find(task);
  return found == open_.end() ? nullptr : &found->second;
}

Result<void> WorktreeBook::apply(const Event& event) {
  if (event.type == "worktree_opened") {
    TRY(WorktreeInfo worktree, parse_worktree(event.data, event.task, event.seq));
    // What a conflict has left of another task's copy goes on as this one.
    if (const auto from = find_string(event.data, "from")) open_.erase(*from);
    open_[event.task] = std::move(worktree);
  } else if (event.type == "worktree_edit") {
    const auto worktree = open_.find(event.task);
    if (worktree == open_.end()) return invalid("task " + event.task + " has no worktree");
    worktree->second.intent = parse_intent(event.data);
    return take_changes(event.data, event.seq, worktree->second);
  } else if (event.type == "worktree_merged" || event.type == "worktree_discarded") {
    open_.erase(event.task);
    // A person merges what has ended.
    const bool at_its_end = event.type == "worktree_merged" && event.actor.starts_with("agent:");
    if (at_its_end) merged_.insert(event.task);
  } else if (event.type == "task_finished") {
    merged_.erase(event.task);
  }
  return {};
}

json::array WorktreeBook::snapshot() const {
  json::array rows;
  for (const auto& [task, worktree] : open_) {
    json::array changes;
    for (const auto& [path, entry] : worktree.changed) {
      json::object change = worktree_change(path, entry);
      change["version"] = worktree.versions.at(path);
      changes.push_back(std::move(change));
    }
    json::object row{{"task", task},
                     {"agent", worktree.agent},
                     {"tree", worktree.base},
                     {"begun", worktree.begun},
                     {"conflicts", json::value_from(worktree.conflicts)},
                     {"changes", std::move(changes)}};
    if (worktree.intent) row["intent"] = worktree_intent(*worktree.intent);
    rows.push_back(std::move(row));
  }
  for (const std::string& task : merged_) rows.push_back({{"task", task}, {"merged", true}});
  return rows;
}

Result<WorktreeBook> WorktreeBook::restore(const json::array& snapshot) {
  WorktreeBook book;
  for (const json::value& row : snapshot) {
    const json::object* object = row.if_object();
    if (object == nullptr) return invalid("the worktrees of a snapshot are damaged");
    TRY(std::string task, need_string(*object, "task"));
    if (find_bool(*object, "merged").value_or(false)) {
      book.merged_.insert(std::move(task));
      continue;
    }
    TRY(const std::int64_t begun, need_int(*object, "begun"));
    TRY(WorktreeInfo worktree, parse_worktree(*object, task, static_cast<Sequence>(begun)));
    book.open_.emplace(std::move(task), std::move(worktree));
  }
  return book;
}

}  // namespace coditect::workspace
