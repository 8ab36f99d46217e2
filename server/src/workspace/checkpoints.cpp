#include "workspace/checkpoints.h"

#include "base/check.h"
#include "base/log.h"
#include "workspace/files/watcher.h"

namespace coditect::workspace {

namespace {

using Kind = blobs::TreeEntry::Kind;

}  // namespace

void adopt_tree(FileIndex& index, const std::vector<blobs::TreeEntry>& entries, Sequence seq) {
  for (const blobs::TreeEntry& entry : entries) {
    if (entry.kind != Kind::kFile) continue;
    index.adopt(entry.path, FileInfo{seq, entry.hash, entry.size, entry.mode, 0});
  }
}

awaitable<Result<blobs::Tree>> Checkpoints::snapshot() {
  auto work = [this]() -> Result<blobs::Tree> {
    TRY(blobs::Snapshot taken,
        blobs::snapshot_tree(parts_.files.folder().root(), parts_.blobs, is_ignored_path));
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

awaitable<Result<Checkpoints::Restored>> Checkpoints::restore(Actor actor, std::string id) {
  const Checkpoint* found = parts_.state.checkpoints.find(id);
  if (found == nullptr) {
    co_return not_found("there is no checkpoint '" + id + "'",
                        "checkpoints.list names those there are");
  }
  const Checkpoint wanted = *found;
  for (const auto& [token, lock] : parts_.state.locks.locks()) {
    if (lock.holder == actor.name) continue;
    co_return Error{Errc::kLocked, lock.path.text() + " is locked by " + lock.holder,
                    "wait until it is released, or resolve the lock"};
  }
  CO_TRY_VOID(co_await parts_.files.reconcile_folder("", {"user:outside", {}, {}}));
  Restored restored;
  CO_TRY(restored.before, co_await create(actor, "before restoring " + wanted.label));
  auto read = [this, wanted] { return blobs::read_tree(wanted.tree, parts_.blobs); };
  CO_TRY(blobs::Tree tree, co_await parts_.disk.run(std::move(read)));
  std::map<std::string, const blobs::TreeEntry*> target;
  for (const blobs::TreeEntry& entry : tree.entries) {
    const bool kept = entry.kind == Kind::kFile && !is_ignored_path(entry.path);
    if (kept) target[entry.path] = &entry;
  }
  std::vector<std::string> surplus;
  for (const auto& [path, info] : parts_.state.files.files()) {
    // No checkpoint holds ignored files, so that one lacks them does not say they are surplus.
    if (!target.contains(path) && !is_ignored_path(path)) surplus.push_back(path);
  }
  for (const std::string& path : surplus) {
    CO_TRY_VOID(co_await parts_.files.remove(actor, path, std::nullopt));
    ++restored.changed;
  }
  for (const auto& [path, entry] : target) {
    const FileInfo* now = parts_.state.files.find(path);
    if (now != nullptr && now->hash == entry->hash && now->mode == entry->mode) continue;
    auto fetch = [this, hash = entry->hash] { return parts_.blobs.get(hash); };
    CO_TRY(std::string bytes, co_await parts_.disk.run(std::move(fetch)));
    CO_TRY_VOID(co_await parts_.files.put(actor, path, std::move(bytes), entry->mode));
    ++restored.changed;
  }
  co_return restored;
}

}  // namespace coditect::workspace
