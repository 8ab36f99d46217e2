#include <algorithm>
#include <set>

#include "workspace/files/edit_description.h"
#include "workspace/files/edit_event.h"
#include "workspace/files/file_service.h"
#include "workspace/files/tree_apply.h"
#include "workspace/files/tree_recovery.h"
#include "workspace/files/write_recovery.h"

namespace coditect::workspace {

namespace {

using Kind = blobs::TreeEntry::Kind;

/// Beyond these many files the events name contents in the blob store, also where they are small.
constexpr std::size_t kDescribedMax = 256;

bool is_file(const std::optional<blobs::TreeEntry>& entry) {
  return entry && entry->kind == Kind::kFile;
}

/// The data of the step's `file_edit`; nothing for what the log does not follow one by one.
Result<std::optional<json::object>> describe_step(const TreeStep& step, bool contents,
                                                  blobs::BlobStore& blobs) {
  std::optional<json::object> none;
  const std::string before = is_file(step.before) ? step.before->hash : "";
  if (!is_file(step.after)) {
    if (!is_file(step.before)) return none;
    return std::optional(json::object{
        {"op", "remove"}, {"path", step.path}, {"hash", ""}, {"before", before}, {"size", 0}});
  }
  json::object data;
  if (contents) {
    TRY(const std::string after, blobs.get(step.after->hash));
    TRY(data, describe_edit(step.path, {nullptr, before}, after, blobs));
  } else {
    data = {{"op", before.empty() ? "create" : "write"},
            {"path", step.path},
            {"hash", step.after->hash},
            {"size", step.after->size},
            {"blob", step.after->hash}};
    if (!before.empty()) data["before"] = before;
  }
  data["mode"] = step.after->mode;
  return std::optional(std::move(data));
}

Error changed_since(const std::string& path) {
  return {Errc::kConflict, "'" + path + "' has changed since it was compared", "try again"};
}

}  // namespace

/// A change of the tree that is staged and can be logged.
struct FileService::ReadyTree {
  std::string mark;
  json::object data;
  std::vector<json::object> edits;

  static Result<ReadyTree> make(const Parts& parts, const ProjectFolder& folder,
                                const TreeChange& change, TreeApply& apply) {
    ReadyTree ready{{}, change.data, {}};
    TRY_VOID(describe_steps(change.steps, parts.blobs, ready.data));
    const bool contents = change.steps.size() <= kDescribedMax;
    for (const TreeStep& step : change.steps) {
      TRY(auto edit, describe_step(step, contents, parts.blobs));
      if (edit) ready.edits.push_back(*std::move(edit));
    }
    TRY_VOID(apply.stage(change.steps));
    TRY(ready.mark, folder.stage(kIntentMark, 0600));
    ready.data["intent"] = ready.mark;
    return ready;
  }
};

Result<void> FileService::check_locks(const Actor& actor,
                                      const std::vector<TreeStep>& steps) const {
  for (const TreeStep& step : steps) {
    TRY_VOID(parts_.locks.check_write(step.path, actor.name, {}, parts_.clock.now()));
  }
  return {};
}

Result<void> FileService::check_tree(const Actor& actor, const std::vector<TreeStep>& steps) const {
  TRY_VOID(check_locks(actor, steps));
  std::set<std::string_view> going;
  for (const TreeStep& step : steps) {
    const FileInfo* known = parts_.index.find(step.path);
    if (known != nullptr && is_file(step.before) && known->hash != step.before->hash) {
      return changed_since(step.path);
    }
    if (!step.after) going.insert(step.path);
    const bool comes = !step.before && !going.contains(step.path);
    if (known != nullptr && comes) return changed_since(step.path);
  }
  return {};
}

awaitable<Result<Sequence>> FileService::change_tree(Actor actor, TreeChange change) {
  std::set<std::string> paths;
  for (const TreeStep& step : change.steps) paths.insert(step.path);
  const std::shared_ptr<void> held = co_await hold(paths);
  TreeApply apply(folder_, parts_.blobs);
  auto prepare = [this, &change, &apply] {
    return ReadyTree::make(parts_, folder_, change, apply);
  };
  CO_TRY(ReadyTree ready, co_await parts_.disk.run(std::move(prepare)));
  // From here to the last append() nothing is awaited: what was checked still holds.
  Result<void> allowed = parts_.log.admit();
  if (allowed) allowed = check_tree(actor, change.steps);
  if (!allowed) {
    co_await discard(std::move(ready.mark));
    co_return std::move(allowed).error();
  }
  const Placing placing(placing_);
  const Sequence seq = parts_.log.append(
      {std::string(kTreeRestored), actor.name, actor.session, actor.task, std::move(ready.data)});
  for (json::object& edit : ready.edits) {
    parts_.log.append(edit_event(actor, std::move(edit)));
  }
  const Sequence last = parts_.log.head();
  // Where the log fails the mark stays: if the event is in it, the next start makes the change.
  CO_TRY_VOID(co_await parts_.log.on_disk(last));
  auto take = [&change, &apply] { return apply.apply(change.steps); };
  auto taken = co_await parts_.disk.run(std::move(take));
  co_await discard(std::move(ready.mark));
  if (!taken) co_return co_await take_tree_back(seq, paths, std::move(taken).error());
  CO_TRY_VOID(co_await parts_.log.durable(last));
  co_return seq;
}

awaitable<Error> FileService::take_tree_back(Sequence seq, const std::set<std::string>& paths,
                                             Error why) {
  Result<void> compared;
  for (const std::string& path : paths) {
    auto logged = co_await reconcile_guarded(path, {"system", {}, {}});
    if (!logged) compared = std::move(logged).error();
  }
  if (compared) compared = co_await parts_.log.durable(parts_.log.head());
  why.message += " (the change is event " + std::to_string(seq) + " of the log, ";
  why.message += compared ? "and the events after it say that it was taken back)"
                          : "and what is there instead is not: " + compared.error().message + ")";
  co_return why;
}

}  // namespace coditect::workspace
