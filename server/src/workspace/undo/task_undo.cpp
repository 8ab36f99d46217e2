#include "workspace/undo/task_undo.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "coordination/locks/path.h"
#include "tools/sandbox/bounded_output.h"
#include "workspace/undo/undo_limits.h"

namespace coditect::workspace {

namespace {

using blobs::TreeEntry;

constexpr std::size_t kPlacesNamed = 5;

std::string place_of(const Refused& refused) {
  if (refused.from_line == 0) return refused.path;
  if (refused.from_line == refused.to_line) {
    return fmt::format("{}:{}", refused.path, refused.from_line);
  }
  return fmt::format("{}:{}-{}", refused.path, refused.from_line, refused.to_line);
}

Error others_were_there(const std::vector<Refused>& refused) {
  std::string places;
  for (std::size_t i = 0; i < std::min(refused.size(), kPlacesNamed); ++i) {
    places += (i == 0 ? "" : "; ") + place_of(refused[i]) + ": " + refused[i].why;
  }
  if (refused.size() > kPlacesNamed) {
    places += fmt::format("; and {} more", refused.size() - kPlacesNamed);
  }
  return {Errc::kConflict, "others have changed what the task changed: " + places,
          "revert it with conflicts \"skip\" to leave these places as they are, or restore a "
          "checkpoint"};
}

json::object row_of(const Hunk& hunk, bool accepted) {
  json::object row{{"id", hunk.id}, {"kind", to_string(hunk.kind)}, {"accepted", accepted}};
  if (hunk.line > 0) row["line"] = hunk.line;
  const auto put = [&](const char* name, const std::string& text) {
    if (text.empty()) return;
    const std::size_t fits = tools::utf8_prefix(text, limits::kHunkTextBytesMax);
    row[name] = text.substr(0, fits);
    if (fits < text.size()) row["cut"] = true;
  };
  put("removed", hunk.removed);
  put("added", hunk.added);
  return row;
}

Sequence version_of(const FileIndex::Files& files, const std::string& path) {
  const auto found = files.find(path);
  return found == files.end() ? 0 : found->second.version;
}

const TreeEntry* find_entry(const blobs::Tree& tree, const std::string& path) {
  const auto place = std::ranges::lower_bound(tree.entries, path, {}, &TreeEntry::path);
  return place == tree.entries.end() || place->path != path ? nullptr : &*place;
}

Result<void> check_count(const TaskUndo::Choice& choice) {
  if (!choice.hunks.empty() && choice.hunks.size() <= limits::kHunksOfCallMax) return {};
  return invalid("'hunks' names none, or too many",
                 fmt::format("name 1 to {} of them", limits::kHunksOfCallMax));
}

bool is_still(const FileThen& now, const TreeEntry* entry) {
  if (entry == nullptr || !now) return entry == nullptr && !now;
  return entry->kind == TreeEntry::Kind::kFile && entry->hash == now->hash &&
         entry->mode == now->mode;
}

}  // namespace

awaitable<Result<TaskUndo::Compared>> TaskUndo::compare(std::string task) {
  const bool known = parts_.state.tasks.find(TaskId(task)) != nullptr ||
                     parts_.state.checkpoints.find_of_task(task) != nullptr;
  if (!known) {
    co_return not_found("there is no task '" + task + "'", "tasks.list names those there are");
  }
  CO_TRY_VOID(co_await parts_.files.reconcile_folder("", outside()));
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  Compared compared{parts_.state.files.files(), {}};
  CO_TRY(compared.undone, co_await parts_.queries.without_task(std::move(task), compared.now));
  co_return compared;
}

awaitable<Result<json::object>> TaskUndo::changes(std::string task) {
  CO_TRY(const Compared compared, co_await compare(task));
  json::array files;
  for (const auto& [path, file] : compared.undone.files) {
    const std::vector<Hunk> hunks = hunks_of(task, path, file);
    if (hunks.empty()) continue;
    json::array rows;
    for (const Hunk& hunk : hunks) {
      rows.push_back(row_of(hunk, parts_.state.reviews.accepted(task, hunk.id)));
    }
    json::object row{{"path", path}, {"version", version_of(compared.now, path)}};
    if (!file.moved_from.empty()) row["from"] = file.moved_from;
    row["hunks"] = std::move(rows);
    files.push_back(std::move(row));
  }
  // What somebody has accepted meanwhile is shown once it cannot be lost.
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  co_return json::object{
      {"task", task}, {"files", std::move(files)}, {"refused", to_json(compared.undone.refused)}};
}

awaitable<Result<TaskUndo::Reverted>> TaskUndo::revert(Actor actor, std::string task,
                                                       Conflicts conflicts) {
  const queue::Task* found = parts_.state.tasks.find(TaskId(task));
  if (found != nullptr && !queue::is_finished(found->state)) {
    co_return Error{Errc::kConflict, "the task '" + task + "' has not ended",
                    "cancel it first, or wait"};
  }
  for (int attempt = 1;; ++attempt) {
    CO_TRY(Compared compared, co_await compare(task));
    std::vector<Refused> refused = compared.undone.refused;
    if (!refused.empty() && conflicts == Conflicts::kRefuse) {
      co_return others_were_there(refused);
    }
    std::string label = "before reverting task " + task;
    auto restored = co_await bring(actor, task, std::move(label), std::move(compared.undone));
    const bool beaten = !restored && restored.error().code == Errc::kConflict;
    if (beaten && attempt < limits::kUndoAttemptsMax) continue;
    if (!restored) co_return std::move(restored).error();
    co_return Reverted{*std::move(restored), std::move(refused)};
  }
}

awaitable<Result<Checkpoints::Restored>> TaskUndo::bring(Actor actor, std::string task,
                                                         std::string label, Undone undone) {
  Checkpoints::Plan steps = [this, undone = std::move(undone)](const blobs::Tree& now) {
    return plan(undone, now);
  };
  co_return co_await parts_.checkpoints.change(std::move(actor), std::move(task), std::move(label),
                                               std::move(steps));
}

/// On the pool.
Result<std::vector<TreeStep>> TaskUndo::plan(const Undone& undone, const blobs::Tree& now) const {
  std::vector<TreeEntry> before;
  std::vector<TreeEntry> after;
  std::vector<std::string_view> contents;
  for (const auto& [path, file] : undone.files) {
    const TreeEntry* entry = find_entry(now, path);
    if (!is_still(file.now, entry)) {
      return Error{Errc::kConflict, "'" + path + "' has changed since it was compared",
                   "try again"};
    }
    if (entry != nullptr) before.push_back(*entry);
    if (!file.then) continue;
    after.push_back({path, TreeEntry::Kind::kFile, file.then->hash, file.then->text->size(),
                     file.then->mode, ""});
    contents.push_back(*file.then->text);
  }
  TRY_VOID(parts_.blobs.put_all(contents));
  return steps_between(before, after, [](std::string_view) { return true; });
}

awaitable<Result<std::vector<Hunk>>> TaskUndo::choose(const Choice& choice, Compared& compared) {
  CO_TRY_VOID(check_count(choice));
  CO_TRY(compared, co_await compare(choice.task));
  co_return chosen(choice, compared);
}

Result<std::vector<Hunk>> TaskUndo::chosen(const Choice& choice, const Compared& compared) {
  const Sequence version = version_of(compared.now, choice.path);
  if (version != choice.version) {
    return Error{Errc::kConflict,
                 fmt::format("'{}' has version {}, not {}", choice.path, version, choice.version),
                 "look at tasks.changes again"};
  }
  const auto file = compared.undone.files.find(choice.path);
  std::vector<Hunk> all;
  if (file != compared.undone.files.end()) {
    all = hunks_of(choice.task, choice.path, file->second);
  }
  const std::set<std::string_view> wanted(choice.hunks.begin(), choice.hunks.end());
  std::erase_if(all, [&](const Hunk& hunk) { return !wanted.contains(hunk.id); });
  std::set<std::string_view> found;
  for (const Hunk& hunk : all) found.insert(hunk.id);
  for (const std::string& id : choice.hunks) {
    if (found.contains(id)) continue;
    return not_found("there is no piece '" + id + "' of that task in '" + choice.path + "'",
                     "tasks.changes names those there are");
  }
  return all;
}

awaitable<Result<Sequence>> TaskUndo::reject(Actor actor, Choice choice) {
  CO_TRY(choice.path, locks::canonical_path(choice.path));
  Compared compared;
  CO_TRY(const std::vector<Hunk> rejected, co_await choose(choice, compared));
  Undone& undone = compared.undone;
  Undone::File file = undone.files[choice.path];
  const FileThen then = without_hunks(file, rejected);
  const auto is_lines = [](const Hunk& hunk) { return hunk.kind == Hunk::Kind::kLines; };
  if (std::ranges::all_of(rejected, is_lines)) {
    auto edit = [text = *then->text](const CurrentFile&) -> Result<std::string> { return text; };
    CO_TRY(const Written written, co_await parts_.files.change(actor, choice.path, choice.version,
                                                               std::nullopt, std::move(edit)));
    co_return written.version;
  }
  // A file that comes, goes or gets another mode: no edit of its text, so with all that belongs to
  // it at once.
  Undone only;
  only.files[choice.path] = file;
  only.files[choice.path].then = then;
  if (!file.moved_from.empty()) only.files[file.moved_from] = undone.files[file.moved_from];
  std::string label = "before rejecting " + choice.path + " of task " + choice.task;
  CO_TRY_VOID(co_await bring(std::move(actor), choice.task, std::move(label), std::move(only)));
  co_return version_of(parts_.state.files.files(), choice.path);
}

EventDraft TaskUndo::acceptance(const Actor& actor, Choice choice) {
  json::object data{{"path", choice.path}, {"hunks", json::value_from(choice.hunks)}};
  return {"hunks_accepted", actor.name, actor.session, choice.task, std::move(data)};
}

awaitable<Result<void>> TaskUndo::accept(Actor actor, Choice choice) {
  CO_TRY(choice.path, locks::canonical_path(choice.path));
  Compared compared;
  CO_TRY_VOID(co_await choose(choice, compared));
  CO_TRY_VOID(co_await parts_.log.record(acceptance(actor, std::move(choice))));
  co_return Result<void>{};
}

awaitable<Result<TaskUndo::Accepted>> TaskUndo::accept_files(Actor actor, std::string task,
                                                             std::vector<Choice> choices) {
  if (choices.empty() || choices.size() > limits::kReviewedFilesOfCallMax) {
    co_return invalid("'files' names none, or too many",
                      fmt::format("name 1 to {} of them", limits::kReviewedFilesOfCallMax));
  }
  for (const Choice& choice : choices) CO_TRY_VOID(check_count(choice));
  CO_TRY(const Compared compared, co_await compare(std::move(task)));
  CO_TRY_VOID(parts_.log.admit());
  Accepted accepted;
  for (Choice& choice : choices) {
    // Its own name for the file, in what is refused, is what the caller knows it by.
    auto path = locks::canonical_path(choice.path);
    auto pieces = path ? chosen({choice.task, *path, choice.version, choice.hunks}, compared)
                       : Result<std::vector<Hunk>>(path.error());
    if (!pieces) {
      accepted.refused.push_back({choice.path, 0, 0, pieces.error().message});
      continue;
    }
    ++accepted.files;
    accepted.hunks += pieces->size();
    choice.path = *std::move(path);
    parts_.log.append(acceptance(actor, std::move(choice)));
  }
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  co_return accepted;
}

json::array to_json(const std::vector<Refused>& all) {
  json::array rows;
  for (const Refused& refused : all) {
    json::object row{{"path", refused.path}, {"why", refused.why}};
    if (refused.from_line > 0) {
      row["from_line"] = refused.from_line;
      row["to_line"] = refused.to_line;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace coditect::workspace
