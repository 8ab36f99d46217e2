#include "workspace/files/file_service.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "coordination/locks/path.h"
#include "workspace/files/edit_description.h"
#include "workspace/files/edit_event.h"
#include "workspace/files/file_change.h"
#include "workspace/files/watcher.h"
#include "workspace/files/write_recovery.h"

namespace coditect::workspace {

namespace {

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
  if (path_mutexes_.size() >= mutexes_swept_at_) {
    std::erase_if(path_mutexes_, [](const auto& entry) { return entry.second.expired(); });
    mutexes_swept_at_ = std::max<std::size_t>(64, 2 * path_mutexes_.size());
  }
  std::shared_ptr<AsyncMutex> mutex = path_mutexes_[path].lock();
  if (!mutex) {
    mutex = std::make_shared<AsyncMutex>(strand_);
    path_mutexes_[path] = mutex;
  }
  AsyncMutex::Guard held = co_await mutex->lock();
  co_return std::make_shared<PathGuard>(std::move(mutex), std::move(held));
}

awaitable<std::shared_ptr<void>> FileService::hold(std::set<std::string> paths) {
  // By name, as everybody who takes several: nobody waits for one another in a circle.
  auto held = std::make_shared<std::vector<std::shared_ptr<PathGuard>>>();
  for (const std::string& path : paths) held->push_back(co_await guard(path));
  co_return held;
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
  CO_TRY(FileBytes file, co_await read_bytes(path));
  if (!is_text(file.bytes)) {
    co_return invalid("'" + path + "' is not text", "only UTF-8 text can be read here");
  }
  co_return FileText{std::move(file.bytes), file.version};
}

awaitable<Result<FileBytes>> FileService::read_bytes(std::string path) {
  CO_TRY(path, locks::canonical_path(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk now, co_await current(path));
  if (!now.content) co_return not_found("there is no file '" + path + "'");
  if (now.content->bytes.size() > limits::kFileBytesMax) {
    co_return Error{Errc::kLimit, "'" + path + "' has more than 8 MB", "open it in a terminal"};
  }
  const FileInfo* known = parts_.index.find(path);
  const Sequence version = known == nullptr ? 0 : known->version;
  CO_TRY_VOID(co_await parts_.log.durable(version));
  co_return FileBytes{std::move(now.content->bytes), version};
}

awaitable<Result<Written>> FileService::change(Actor actor, std::string path,
                                               std::optional<Sequence> base_version,
                                               std::optional<std::uint64_t> token, Edit edit) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY_VOID(check_changeable(path));
  if (parts_.index.is_folder(path)) co_return invalid("'" + path + "' is a folder");
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await current(path));
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
  CO_TRY_VOID(check_changeable(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await current(path));
  co_return co_await write_guarded(std::move(actor), std::move(path), {}, before, std::move(bytes),
                                   mode);
}

awaitable<Result<Written>> FileService::write_guarded(Actor actor, std::string path,
                                                      Precondition precondition,
                                                      const OnDisk& before, std::string after,
                                                      std::uint32_t mode) {
  EditBase base;
  if (before.content) base = {&before.content->bytes, before.hash, 0, 0};
  if (const FileInfo* known = parts_.index.find(path)) {
    base.splices = known->splices;
    base.splice_bytes = known->splice_bytes;
  }
  auto prepare = [this, &path, &before, &after, mode,
                  base = std::move(base)]() -> Result<json::object> {
    TRY_VOID(folder_.can_hold(path));
    TRY(json::object described, describe_edit(path, base, after, parts_.blobs));
    TRY(const std::string name, folder_.stage(after, mode));
    described["intent"] = name;
    const FileStat* was = before.content ? &before.content->stat : nullptr;
    auto same = folder_.still_is(path, was, before.hash);
    if (same) return described;
    folder_.discard(name);
    return std::move(same).error();
  };
  CO_TRY(json::object data, co_await parts_.disk.run(std::move(prepare)));
  std::string staged = *find_string(data, "intent");
  // From here to append() nothing is awaited: what was checked still holds when it is logged.
  Result<void> allowed = parts_.log.admit();
  if (allowed) {
    allowed = parts_.locks.check_write(path, actor.name, precondition.token, parts_.clock.now());
  }
  if (allowed) allowed = check_base(path, precondition.base_version);
  if (allowed) allowed = check_place(path);
  if (!allowed) {
    co_await discard(staged);
    co_return std::move(allowed).error();
  }
  if (precondition.base_version) data["base_version"] = *precondition.base_version;
  if (precondition.token) data["lock"] = *precondition.token;
  const FileInfo* known = parts_.index.find(path);
  if (known == nullptr || known->mode != mode) data["mode"] = mode;
  const Sequence seq = parts_.log.append(edit_event(actor, std::move(data)));
  const Placing placing(placing_);
  // Where the log fails nobody knows whether the event is in it: the next start needs the file.
  // Where it may not be acknowledged yet, it stands, and so must the file.
  CO_TRY_VOID(co_await parts_.log.on_disk(seq));
  auto publish = [folder = folder_, staged, path, &before] {
    return folder.publish(staged, path, before.hash);
  };
  auto published = co_await parts_.disk.run(std::move(publish));
  if (!published) {
    Unplaced unplaced{seq, std::move(staged), {{path, before.hash}}};
    co_return co_await take_back(std::move(unplaced), std::move(published).error());
  }
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return Written{seq, seq};
}

awaitable<Error> FileService::take_back(Unplaced unplaced, Error why) {
  co_await discard(std::move(unplaced.staged));
  Result<void> compared;
  for (const auto& [path, before] : unplaced.before) {
    const auto found = co_await load(path);
    const Actor actor = found && found->hash == before ? Actor{"system", {}, {}} : outside();
    auto logged = co_await reconcile_guarded(path, actor);
    if (!logged) compared = std::move(logged).error();
  }
  if (compared) compared = co_await parts_.log.durable(parts_.log.head());
  why.message += " (the change is event " + std::to_string(unplaced.seq) + " of the log, ";
  why.message += compared
                     ? "and the next event says what the file is instead)"
                     : "and what the file is instead is not: " + compared.error().message + ")";
  co_return why;
}

awaitable<void> FileService::discard(std::string staged) {
  auto work = [folder = folder_, staged = std::move(staged)] { folder.discard(staged); };
  co_await parts_.disk.run(std::move(work));
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
  CO_TRY(OnDisk source, co_await current(from));
  CO_TRY(OnDisk target, co_await current(to));
  CO_TRY_VOID(parts_.locks.check_write(from, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(parts_.locks.check_write(to, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(check_base(from, base_version));
  if (!source.content) co_return not_found("there is no file '" + from + "'");
  if (target.content || parts_.index.is_folder(to)) {
    co_return Error{Errc::kConflict, "'" + to + "' exists", "choose another name"};
  }
  auto prepare = [folder = folder_, from, to]() -> Result<std::string> {
    TRY_VOID(folder.can_hold(from));
    TRY_VOID(folder.can_hold(to));
    return folder.stage(kIntentMark, 0600);
  };
  CO_TRY(std::string staged, co_await parts_.disk.run(std::move(prepare)));
  Result<void> allowed = parts_.log.admit();
  for (const std::string& path : {from, to}) {
    if (allowed) allowed = parts_.locks.check_write(path, actor.name, {}, parts_.clock.now());
  }
  if (allowed) allowed = check_base(from, base_version);
  if (allowed) allowed = check_place(to);
  if (!allowed) {
    co_await discard(staged);
    co_return std::move(allowed).error();
  }
  json::object data{{"op", "move"},          {"path", to},
                    {"from", from},          {"hash", source.hash},
                    {"before", source.hash}, {"size", source.content->bytes.size()},
                    {"intent", staged}};
  const Sequence seq = parts_.log.append(edit_event(actor, std::move(data)));
  const Placing placing(placing_);
  CO_TRY_VOID(co_await parts_.log.on_disk(seq));
  auto work = [folder = folder_, from, to] { return folder.move(from, to); };
  auto moved = co_await parts_.disk.run(std::move(work));
  if (!moved) {
    Unplaced unplaced{seq, std::move(staged), {{from, source.hash}, {to, ""}}};
    co_return co_await take_back(std::move(unplaced), std::move(moved).error());
  }
  co_await discard(std::move(staged));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return Written{seq, seq};
}

awaitable<Result<Written>> FileService::remove(Actor actor, std::string path,
                                               std::optional<Sequence> base_version) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY_VOID(check_changeable(path));
  const auto held = co_await guard(path);
  CO_TRY(OnDisk before, co_await current(path));
  CO_TRY_VOID(parts_.locks.check_write(path, actor.name, std::nullopt, parts_.clock.now()));
  CO_TRY_VOID(check_base(path, base_version));
  if (!before.content) co_return not_found("there is no file '" + path + "'");
  // The content goes to the blob store first, so that the removal can be undone.
  auto prepare = [this, &path, &before]() -> Result<std::string> {
    TRY_VOID(folder_.can_hold(path));
    TRY_VOID(parts_.blobs.put(before.content->bytes));
    return folder_.stage(kIntentMark, 0600);
  };
  CO_TRY(std::string staged, co_await parts_.disk.run(std::move(prepare)));
  Result<void> allowed = parts_.log.admit();
  if (allowed) allowed = parts_.locks.check_write(path, actor.name, {}, parts_.clock.now());
  if (allowed) allowed = check_base(path, base_version);
  if (!allowed) {
    co_await discard(std::move(staged));
    co_return std::move(allowed).error();
  }
  json::object data{{"op", "remove"},        {"path", path}, {"hash", ""},
                    {"before", before.hash}, {"size", 0},    {"intent", staged}};
  const Sequence seq = parts_.log.append(edit_event(actor, std::move(data)));
  const Placing placing(placing_);
  CO_TRY_VOID(co_await parts_.log.on_disk(seq));
  auto work = [folder = folder_, path, staged, &before] {
    return folder.remove(path, before.hash, staged);
  };
  auto removed = co_await parts_.disk.run(std::move(work));
  if (!removed) {
    Unplaced unplaced{seq, std::move(staged), {{path, before.hash}}};
    co_return co_await take_back(std::move(unplaced), std::move(removed).error());
  }
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return Written{seq, seq};
}

}  // namespace coditect::workspace
