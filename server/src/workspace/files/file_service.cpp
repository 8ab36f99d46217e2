#include "workspace/files/file_service.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sha256.h"
#include "coordination/locks/path.h"
#include "workspace/files/file_change.h"
#include "workspace/files/watcher.h"

namespace coditect::workspace {

namespace {

/// Files that are larger are not looked into; a change of theirs is not logged.
constexpr std::size_t kTrackedBytesMax = 64u << 20;

EventDraft edit_event(const Actor& actor, json::object data) {
  return {"file_edit", actor.name, actor.session, actor.task, std::move(data)};
}

/// Refuses to change what version control and package managers own.
Result<void> check_changeable(const std::string& path) {
  if (!is_ignored_path(path)) return {};
  return Error{Errc::kDenied, "'" + path + "' is kept out of the studio's files",
               "version control and installed packages are changed by their own commands"};
}

Error changed_meanwhile(const std::string& path, Sequence base, const FileInfo* now) {
  if (now == nullptr) {
    return {
        Errc::kConflict,
        "'" + path + "' no longer exists (you started from version " + std::to_string(base) + ")",
        "create it again if you still want it"};
  }
  return {Errc::kConflict,
          "'" + path + "' has version " + std::to_string(now->version) + ", not " +
              std::to_string(base),
          base == 0 ? "the file exists: read it and write with its version as base_version"
                    : "read it again, merge your change and write with the new version"};
}

}  // namespace

/// Holds a path's mutex, and keeps the mutex alive while anybody waits for it.
class FileService::PathGuard {
 public:
  PathGuard(std::shared_ptr<AsyncMutex> mutex, AsyncMutex::Guard guard)
      : mutex_(std::move(mutex)), guard_(std::move(guard)) {}

 private:
  std::shared_ptr<AsyncMutex> mutex_;
  AsyncMutex::Guard guard_;
};

FileService::FileService(Strand strand, Parts parts, ProjectFolder folder)
    : strand_(strand), parts_(parts), folder_(std::move(folder)) {}

awaitable<std::shared_ptr<FileService::PathGuard>> FileService::guard(const std::string& path) {
  check(strand_.running_in_this_thread());
  std::erase_if(path_mutexes_, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<AsyncMutex> mutex = path_mutexes_[path].lock();
  if (!mutex) {
    mutex = std::make_shared<AsyncMutex>(strand_);
    path_mutexes_[path] = mutex;
  }
  AsyncMutex::Guard held = co_await mutex->lock();
  co_return std::make_shared<PathGuard>(std::move(mutex), std::move(held));
}

awaitable<Result<FileService::OnDisk>> FileService::load(const std::string& path) {
  auto work = [folder = folder_, path]() -> Result<OnDisk> {
    auto content = folder.read(path, kTrackedBytesMax);
    if (!content && content.error().code == Errc::kNotFound) return OnDisk{};
    if (!content) return std::move(content).error();
    std::string hash = sha256_hex(content->bytes);
    return OnDisk{*std::move(content), std::move(hash)};
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<json::object>> FileService::describe_change(const std::string& path,
                                                             const OnDisk& before,
                                                             const std::string& after) {
  json::object data;
  data["op"] = before.content ? "write" : "create";
  data["path"] = path;
  data["hash"] = sha256_hex(after);
  data["size"] = after.size();
  if (before.content) data["before"] = before.hash;
  const bool text = is_text(after) && (!before.content || is_text(before.content->bytes));
  if (text && before.content) {
    Splice splice = splice_between(before.content->bytes, after);
    if (splice.insert.size() <= limits::kInlineChangeBytesMax) {
      data["splice"] = {{"at", splice.at}, {"remove", splice.remove}, {"insert", splice.insert}};
      co_return data;
    }
  } else if (text && after.size() <= limits::kInlineChangeBytesMax) {
    data["text"] = after;
    co_return data;
  }
  auto store = [this, &after] { return parts_.blobs.put(after); };
  CO_TRY(std::string hash, co_await parts_.disk.run(std::move(store)));
  data["blob"] = hash;
  co_return data;
}

awaitable<Result<FileService::OnDisk>> FileService::reconcile_guarded(const std::string& path,
                                                                      const Actor& actor) {
  const FileInfo* known = parts_.index.find(path);
  auto loaded = co_await load(path);
  if (!loaded && loaded.error().code == Errc::kInvalid && known == nullptr) {
    co_return std::move(loaded).error();  // a folder or a pipe that is none of ours
  }
  if (!loaded) co_return std::move(loaded).error();
  OnDisk now = *std::move(loaded);
  known = parts_.index.find(path);
  if (!now.content && known == nullptr) co_return now;
  if (now.content && known != nullptr && known->hash == now.hash) {
    parts_.index.set_checked(path, now.content->stat.modified_ns);
    co_return now;
  }
  if (!now.content) {
    json::object data{
        {"op", "remove"}, {"path", path}, {"hash", ""}, {"before", known->hash}, {"size", 0}};
    parts_.log.append(edit_event(actor, std::move(data)));
    co_return now;
  }
  // The content before is gone from the disk, so the event carries the whole content.
  OnDisk none;
  CO_TRY(json::object data, co_await describe_change(path, none, now.content->bytes));
  if (known != nullptr) {
    data["op"] = "write";
    data["before"] = known->hash;
  }
  data["mode"] = now.content->stat.mode;
  parts_.log.append(edit_event(actor, std::move(data)));
  parts_.index.set_checked(path, now.content->stat.modified_ns);
  co_return now;
}

Result<void> FileService::check_place(const std::string& path) const {
  if (parts_.index.is_folder(path)) return invalid("'" + path + "' is a folder");
  for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    const std::string above = path.substr(0, end);
    if (parts_.index.find(above) != nullptr) {
      return invalid("'" + above + "' is a file, not a folder", "choose another path");
    }
  }
  return {};
}

Result<void> FileService::check_base(const std::string& path,
                                     std::optional<Sequence> base_version) const {
  const FileInfo* now = parts_.index.find(path);
  if (base_version && *base_version != (now == nullptr ? 0 : now->version)) {
    return changed_meanwhile(path, *base_version, now);
  }
  return {};
}

awaitable<Result<FileText>> FileService::read(std::string path) {
  CO_TRY(path, locks::canonical_path(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk now, co_await reconcile_guarded(path, {"user:outside", {}, {}}));
  if (!now.content) co_return not_found("there is no file '" + path + "'");
  if (now.content->bytes.size() > limits::kFileBytesMax) {
    co_return Error{Errc::kLimit, "'" + path + "' has more than 8 MB", "open it in a terminal"};
  }
  if (!is_text(now.content->bytes)) {
    co_return invalid("'" + path + "' is not text", "only UTF-8 text can be read here");
  }
  const FileInfo* known = parts_.index.find(path);
  check(known != nullptr, "a file that was read is in the index");
  const Sequence version = known->version;
  CO_TRY_VOID(co_await parts_.log.durable(version));
  co_return FileText{std::move(now.content->bytes), version};
}

awaitable<Result<Written>> FileService::change(Actor actor, std::string path,
                                               std::optional<Sequence> base_version,
                                               std::optional<std::uint64_t> token, Edit edit) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY_VOID(check_changeable(path));
  if (parts_.index.is_folder(path)) co_return invalid("'" + path + "' is a folder");
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await reconcile_guarded(path, {"user:outside", {}, {}}));
  CO_TRY_VOID(parts_.locks.check_write(path, actor.name, token, parts_.clock.now()));
  CO_TRY_VOID(check_base(path, base_version));
  const FileInfo* known = parts_.index.find(path);
  CurrentFile current;
  if (before.content) {
    if (!is_text(before.content->bytes)) {
      co_return invalid("'" + path + "' is not text", "only UTF-8 text can be edited here");
    }
    current = {before.content->bytes, known == nullptr ? 0 : known->version};
  }
  CO_TRY(std::string after, edit(current));
  if (after.size() > limits::kFileBytesMax) {
    co_return Error{Errc::kLimit, "'" + path + "' would have more than 8 MB", "split the file"};
  }
  if (!is_text(after)) co_return invalid("the new content of '" + path + "' is not UTF-8 text");
  const Precondition precondition{base_version, token};
  const std::uint32_t mode = before.content ? before.content->stat.mode : 0644;
  co_return co_await write_guarded(std::move(actor), std::move(path), precondition, before,
                                   std::move(after), mode);
}

awaitable<Result<Written>> FileService::put(Actor actor, std::string path, std::string bytes,
                                            std::uint32_t mode) {
  CO_TRY(path, locks::canonical_path(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await reconcile_guarded(path, {"user:outside", {}, {}}));
  co_return co_await write_guarded(std::move(actor), std::move(path), {}, before, std::move(bytes),
                                   mode);
}

awaitable<Result<Written>> FileService::write_guarded(Actor actor, std::string path,
                                                      Precondition precondition,
                                                      const OnDisk& before, std::string after,
                                                      std::uint32_t mode) {
  auto put = [folder = folder_, &path, &after, mode]() -> Result<std::string> {
    TRY_VOID(folder.can_hold(path));
    return folder.stage(after, mode);
  };
  CO_TRY(std::string staged, co_await parts_.disk.run(std::move(put)));
  auto data = co_await describe_change(path, before, after);
  // From here to append() nothing is awaited: what was checked still holds when it is logged.
  Result<void> allowed =
      data ? parts_.locks.check_write(path, actor.name, precondition.token, parts_.clock.now())
           : Result<void>(std::move(data).error());
  if (allowed) allowed = check_base(path, precondition.base_version);
  if (allowed) allowed = check_place(path);
  if (!allowed) {
    auto discard = [folder = folder_, staged] { folder.discard(staged); };
    co_await parts_.disk.run(std::move(discard));
    co_return std::move(allowed).error();
  }
  if (precondition.base_version) (*data)["base_version"] = *precondition.base_version;
  if (precondition.token) (*data)["lock"] = *precondition.token;
  const FileInfo* known = parts_.index.find(path);
  if (known == nullptr || known->mode != mode) (*data)["mode"] = mode;
  const Sequence seq = parts_.log.append(edit_event(actor, *std::move(data)));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  auto publish = [folder = folder_, staged, path] { return folder.publish(staged, path); };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(publish)));
  co_return Written{seq, seq};
}

awaitable<Result<Written>> FileService::move(Actor actor, std::string from, std::string to,
                                             std::optional<Sequence> base_version) {
  CO_TRY(from, locks::canonical_path(from));
  CO_TRY(to, locks::canonical_path(to));
  CO_TRY_VOID(check_changeable(from));
  CO_TRY_VOID(check_changeable(to));
  if (from == to) co_return invalid("a file cannot be moved to itself");
  // Two movers that want the same two files take the guards in the same order.
  const auto first = co_await guard(std::min(from, to));
  const auto second = co_await guard(std::max(from, to));
  CO_TRY(OnDisk source, co_await reconcile_guarded(from, {"user:outside", {}, {}}));
  CO_TRY(OnDisk target, co_await reconcile_guarded(to, {"user:outside", {}, {}}));
  CO_TRY_VOID(parts_.locks.check_write(from, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(parts_.locks.check_write(to, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(check_base(from, base_version));
  if (!source.content) co_return not_found("there is no file '" + from + "'");
  if (target.content || parts_.index.is_folder(to)) {
    co_return Error{Errc::kConflict, "'" + to + "' exists", "choose another name"};
  }
  auto look = [folder = folder_, from, to]() -> Result<void> {
    TRY_VOID(folder.can_hold(from));
    return folder.can_hold(to);
  };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(look)));
  CO_TRY_VOID(check_place(to));
  json::object data{{"op", "move"},          {"path", to},
                    {"from", from},          {"hash", source.hash},
                    {"before", source.hash}, {"size", source.content->bytes.size()}};
  const Sequence seq = parts_.log.append(edit_event(actor, std::move(data)));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  auto work = [folder = folder_, from, to] { return folder.move(from, to); };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(work)));
  co_return Written{seq, seq};
}

awaitable<Result<Written>> FileService::remove(Actor actor, std::string path,
                                               std::optional<Sequence> base_version) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY_VOID(check_changeable(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await reconcile_guarded(path, {"user:outside", {}, {}}));
  CO_TRY_VOID(parts_.locks.check_write(path, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(check_base(path, base_version));
  if (!before.content) co_return not_found("there is no file '" + path + "'");
  auto look = [folder = folder_, path] { return folder.can_hold(path); };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(look)));
  // The content goes to the blob store first, so that the removal can be undone.
  auto keep = [this, &before] { return parts_.blobs.put(before.content->bytes); };
  CO_TRY(std::string kept, co_await parts_.disk.run(std::move(keep)));
  CO_TRY_VOID(parts_.locks.check_write(path, actor.name, std::nullopt, parts_.clock.now()));
  json::object data{{"op", "remove"}, {"path", path}, {"hash", ""}, {"before", kept}, {"size", 0}};
  const Sequence seq = parts_.log.append(edit_event(actor, std::move(data)));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  auto work = [folder = folder_, path] { return folder.remove(path); };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(work)));
  co_return Written{seq, seq};
}

awaitable<Result<void>> FileService::reconcile(std::string path, Actor actor) {
  if (is_ignored_path(path)) co_return Result<void>{};
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
        known->size != entry.stat.size) {
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
  auto work = [this, edits = std::move(edits)]() -> Result<void> {
    folder_.clear_staging();
    const auto blob = [this](const std::string& hash) { return parts_.blobs.get(hash); };
    for (const Event& edit : edits) {
      const std::string path = find_string(edit.data, "path").value_or("");
      const std::string from = find_string(edit.data, "from").value_or(path);
      const std::string op = find_string(edit.data, "op").value_or("");
      const std::string before = find_string(edit.data, "before").value_or("");
      auto content = folder_.read(from, kTrackedBytesMax);
      const bool there = content.ok();
      if (!there && content.error().code != Errc::kNotFound) continue;
      const std::string hash = there ? sha256_hex(content->bytes) : "";
      if (hash != before) continue;  // already done, or somebody has changed it since
      if (op == "move") {
        auto moved = folder_.move(from, path);
        if (!moved && moved.error().code != Errc::kConflict) return moved;
      } else if (op == "remove") {
        TRY_VOID(folder_.remove(path));
      } else {
        auto after = content_after(edit, there ? content->bytes : "", blob);
        if (!after)
          return std::move(after).error().in("completing event " + std::to_string(edit.seq));
        const std::int64_t mode =
            find_int(edit.data, "mode").value_or(there ? content->stat.mode : 0644);
        TRY(std::string staged, folder_.stage(*after, static_cast<std::uint32_t>(mode)));
        TRY_VOID(folder_.publish(staged, path));
      }
    }
    return {};
  };
  co_return co_await parts_.disk.run(std::move(work));
}

}  // namespace coditect::workspace
