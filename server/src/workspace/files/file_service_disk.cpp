// How the files follow what is on disk, whoever changed it there.
#include "base/limits.h"
#include "base/sha256.h"
#include "workspace/files/edit_description.h"
#include "workspace/files/edit_event.h"
#include "workspace/files/file_service.h"
#include "workspace/files/guarded_rename.h"
#include "workspace/files/tree_recovery.h"
#include "workspace/files/watcher.h"
#include "workspace/files/write_recovery.h"

namespace coditect::workspace {

awaitable<Result<FileService::OnDisk>> FileService::load(const std::string& path) {
  auto work = [folder = folder_, path]() -> Result<OnDisk> {
    auto content = folder.read(path, kTrackedBytesMax);
    if (!content && content.error().code == Errc::kNotFound) return OnDisk{};
    if (!content) {
      const auto stat = folder.stat(path);
      if (!stat || stat->kind == FileStat::Kind::kFile) return std::move(content).error();
      return OnDisk{{}, {}, std::move(content).error()};
    }
    std::string hash = sha256_hex(content->bytes);
    return OnDisk{*std::move(content), std::move(hash), {}};
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<FileService::OnDisk>> FileService::load_guarded(const std::string& path) {
  auto now = co_await load(path);
  if (guard_ == nullptr || is_ignored_path(path) || !guard_->refuses(path)) co_return now;
  const FileInfo* known = parts_.index.find(path);
  const bool plain = now && now->content && now->content->way == FileContent::Way::kPlain;
  const std::string hash = plain ? now->hash : "";
  const bool nothing = now && !now->content && !now->no_file;
  if (known != nullptr ? known->hash == hash : nothing) co_return now;
  std::optional<FileInfo> before;
  if (known != nullptr) before = *known;
  if (!co_await guard_->put_back(path, std::move(before))) co_return now;
  co_return co_await load(path);
}

awaitable<Result<FileService::OnDisk>> FileService::reconcile_guarded(const std::string& path,
                                                                      const Actor& actor) {
  CO_TRY(OnDisk now, co_await load_guarded(path));
  if (is_ignored_path(path)) co_return now;
  const FileInfo* known = parts_.index.find(path);
  const bool file = now.content && now.content->way == FileContent::Way::kPlain;
  if (!file && known == nullptr) co_return now;
  // Who found it is not who made it.
  const Actor by = guard_ == nullptr ? actor : guard_->author(path).value_or(actor);
  if (!file) {
    json::object data{
        {"op", "remove"}, {"path", path}, {"hash", ""}, {"before", known->hash}, {"size", 0}};
    parts_.log.append(edit_event(by, std::move(data)));
    co_return now;
  }
  const std::uint32_t mode = now.content->stat.mode & 0777;
  const bool same = known != nullptr && known->hash == now.hash;
  if (same && known->mode == mode) {
    parts_.index.set_checked(path, now.content->stat.modified_ns);
    co_return now;
  }
  // The content before is gone from the disk, so the event carries the whole content, unless it is
  // the mode alone that has changed.
  EditBase base;
  if (known != nullptr) base.hash = known->hash;
  if (same) base = {&now.content->bytes, known->hash, known->splices, known->splice_bytes};
  auto describe = [this, &path, &now, base = std::move(base)] {
    return describe_edit(path, base, now.content->bytes, parts_.blobs);
  };
  CO_TRY(json::object data, co_await parts_.disk.run(std::move(describe)));
  data["mode"] = mode;
  parts_.log.append(edit_event(by, std::move(data)));
  parts_.index.set_checked(path, now.content->stat.modified_ns);
  co_return now;
}

awaitable<Result<FileService::OnDisk>> FileService::current(const std::string& path) {
  auto now = co_await reconcile_guarded(path, outside());
  if (now && now->no_file) co_return *std::move(now->no_file);
  co_return now;
}

awaitable<Result<void>> FileService::reconcile(std::string path, Actor actor) {
  if (is_ignored_path(path)) co_return Result<void>{};
  co_await parts_.log.room();  // a storm of changes outside waits for the disk
  const auto held = co_await guard(path);
  auto done = co_await reconcile_guarded(path, actor);
  if (done) co_return Result<void>{};
  // What is not a file of the project (a link that leads out, a pipe) is left alone.
  const Errc code = done.error().code;
  if (code == Errc::kDenied || code == Errc::kInvalid || code == Errc::kLimit) {
    co_return Result<void>{};
  }
  co_return std::move(done).error();
}

awaitable<Result<void>> FileService::reconcile_folder(std::string folder, Actor actor) {
  auto work = [from = folder_, folder] {
    return from.list(folder, 1'000, limits::kProjectFilesMax);
  };
  auto listed = co_await parts_.disk.run(std::move(work));
  if (!listed && listed.error().code != Errc::kNotFound) co_return std::move(listed).error();
  std::set<std::string> changed;
  std::set<std::string, std::less<>> seen;
  for (const FolderEntry& entry : listed ? *listed : std::vector<FolderEntry>{}) {
    if (entry.stat.kind != FileStat::Kind::kFile || is_ignored_path(entry.path)) continue;
    seen.insert(entry.path);
    const FileInfo* known = parts_.index.find(entry.path);
    if (known == nullptr || known->checked_ns != entry.stat.modified_ns ||
        known->size != entry.stat.size || known->mode != (entry.stat.mode & 0777)) {
      changed.insert(entry.path);
    }
  }
  const std::string below = folder.empty() ? "" : folder + "/";
  for (auto place = parts_.index.files().lower_bound(below);
       place != parts_.index.files().end() && place->first.starts_with(below); ++place) {
    if (!seen.contains(place->first)) changed.insert(place->first);
  }
  for (const std::string& path : changed) CO_TRY_VOID(co_await reconcile(path, actor));
  co_return Result<void>{};
}

awaitable<Result<void>> FileService::finish_writes(std::vector<Event> edits) {
  auto work = [this, &edits]() -> Result<std::vector<Event>> {
    TRY(std::vector<Event> trees, complete_trees(folder_, parts_.blobs, edits));
    TRY_VOID(complete_writes(folder_, edits));
    return trees;
  };
  CO_TRY(const std::vector<Event> trees, co_await parts_.disk.run(std::move(work)));
  // Where the log ended in the middle of a change of the tree, the rest of its edits comes now.
  for (const Event& tree : trees) {
    for (const std::string& path : changed_paths(tree)) {
      CO_TRY_VOID(co_await reconcile(path, {tree.actor, tree.session, tree.task}));
    }
  }
  co_return Result<void>{};
}

}  // namespace coditect::workspace
