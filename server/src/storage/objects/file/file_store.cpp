#include "storage/objects/file/file_store.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/file/key_walk.h"
#include "storage/objects/object_key.h"
#include "storage/objects/range.h"

namespace coditect::objects {
namespace {

constexpr std::size_t kReadPartBytes = 1u << 20;
constexpr std::uint32_t kLockFiles = 256;
constexpr int kPublishAttempts = 100;  // each lost to a removal that took the empty folder away

std::string hex_name(std::uint64_t number) {
  std::string name;
  for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[(number >> shift) & 0xf];
  return name;
}

ObjectInfo info_of(const std::string& key, const ObjectTrailer& trailer) {
  return {key, trailer.bytes, hex_name(trailer.generation), trailer.crc32c};
}

/// An object that is there, but in no version that anybody knows.
ObjectInfo damaged_info(const std::string& key) { return {key, 0, "", std::nullopt}; }

/// Removes the drafts of writers that are dead, and the lock files of rounds that are over. What
/// cannot be removed stays for the next time.
void sweep(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator draft(folder / "drafts", error);
       !error && draft != std::filesystem::directory_iterator(); draft.increment(error)) {
    std::error_code ignored;
    std::filesystem::remove_all(draft->path(), ignored);
  }
  for (std::filesystem::directory_iterator lock(folder / "locks", error);
       !error && lock != std::filesystem::directory_iterator(); lock.increment(error)) {
    if (lock->path().filename() != "open") ::unlink(lock->path().c_str());
  }
}

/// Held for as long as the store is open; who gets it exclusively is alone and may sweep.
Result<FileLock> lock_open(const std::filesystem::path& folder,
                           std::chrono::milliseconds patience) {
  const std::filesystem::path path = folder / "locks" / "open";
  auto alone = FileLock::try_now(path, FileLock::Kind::kExclusive);
  if (!alone) {
    if (alone.error().code != Errc::kLocked) return std::move(alone).error();
    auto shared = FileLock::wait(path, FileLock::Kind::kShared, patience);
    if (shared || shared.error().code != Errc::kLocked) return shared;
    return unavailable(path.string() + " has been locked for too long",
                       "A server that shares this folder stands still while it starts: let it go "
                       "on, or end it.");
  }
  sweep(folder);
  TRY_VOID(alone->share());
  return alone;
}

/// Removes a draft on the way out, unless it has been given its name.
class DraftGuard {
 public:
  explicit DraftGuard(std::filesystem::path path) : path_(std::move(path)) {}
  DraftGuard(const DraftGuard&) = delete;
  DraftGuard& operator=(const DraftGuard&) = delete;
  ~DraftGuard() {
    std::error_code ignored;  // whoever is alone with the store sweeps it
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  const std::filesystem::path path_;
};

/// Somebody has waited for longer than this process thought that it was running.
Error lock_was_taken(const std::string& key) {
  return unavailable("the lock of " + key + " was taken from this process, which stood still");
}

Error names_a_folder(const std::string& key) {
  return invalid("object key \"" + key + "\" is the folder of another object, or lies in an object",
                 "A store of files cannot hold both; give one of them another name.");
}

}  // namespace

FileStore::FileStore(std::filesystem::path folder, FileStoreParts parts, FileLock open_lock)
    : folder_(std::move(folder)),
      objects_(folder_ / "objects"),
      parts_(std::move(parts)),
      open_lock_(std::move(open_lock)) {}

Result<std::unique_ptr<FileStore>> FileStore::open(std::filesystem::path folder,
                                                   FileStoreParts parts) {
  for (const char* part : {"objects", "drafts", "locks"}) {
    TRY_VOID(make_directories(folder / part));
  }
  TRY(FileLock open_lock, lock_open(folder, parts.lock_patience));
  return std::unique_ptr<FileStore>(
      new FileStore(std::move(folder), std::move(parts), std::move(open_lock)));
}

awaitable<Result<ObjectInfo>> FileStore::put(std::string key, std::string content,
                                             Condition condition) {
  StringSource source(content);
  co_return co_await put(std::move(key), source, std::move(condition));
}

awaitable<Result<ObjectInfo>> FileStore::put(std::string key, ByteSource& source,
                                             Condition condition) {
  CO_TRY_VOID(check_key(key));
  const auto work = [&] { return put_blocking(key, source, condition); };
  co_return co_await parts_.pool.run(work);
}

awaitable<Result<ObjectStore::Object>> FileStore::get(std::string key, Range range,
                                                      std::size_t bytes_max) {
  CO_TRY_VOID(check_key(key));
  const auto work = [&] { return get_blocking(key, range, bytes_max); };
  co_return co_await parts_.pool.run(work);
}

awaitable<Result<ObjectInfo>> FileStore::read(std::string key, Range range, const ByteSink& sink) {
  CO_TRY_VOID(check_key(key));
  const auto open = [&] { return open_object(key); };
  CO_TRY(const ObjectFile object, co_await parts_.pool.run(open));
  const Extent extent = extent_of(range, object.trailer.bytes);
  std::uint32_t crc = 0;
  for (std::uint64_t given = 0; given < extent.bytes;) {
    std::string part(std::min<std::uint64_t>(kReadPartBytes, extent.bytes - given), '\0');
    const auto fill = [&] { return read_at(object.file.get(), part, extent.offset + given); };
    CO_TRY(const std::size_t count, co_await parts_.pool.run(fill));
    if (count != part.size()) co_return damaged_object(key);
    crc = crc32c(part, crc);
    given += count;
    CO_TRY_VOID(sink(part));
  }
  if (is_whole(extent, object.trailer.bytes) && crc != object.trailer.crc32c) {
    co_return damaged_object(key);
  }
  co_return info_of(key, object.trailer);
}

awaitable<Result<ObjectInfo>> FileStore::head(std::string key) {
  CO_TRY_VOID(check_key(key));
  const auto open = [&] { return open_object(key); };
  CO_TRY(const ObjectFile object, co_await parts_.pool.run(open));
  co_return info_of(key, object.trailer);
}

awaitable<Result<ListPage>> FileStore::list(std::string prefix, std::string next,
                                            std::size_t limit) {
  CO_TRY_VOID(check_prefix(prefix));
  CO_TRY_VOID(check_list_limit(limit));
  const auto work = [&] { return list_blocking(prefix, next, limit); };
  co_return co_await parts_.pool.run(work);
}

awaitable<Result<void>> FileStore::remove(std::string key) {
  CO_TRY_VOID(check_key(key));
  const auto work = [&] { return remove_blocking(key); };
  co_return co_await parts_.pool.run(work);
}

awaitable<void> FileStore::close() { co_return; }

Result<ObjectInfo> FileStore::put_blocking(const std::string& key, ByteSource& source,
                                           const Condition& condition) {
  TRY_VOID(check_present());
  TRY_VOID(check_standing(key, condition));  // spares writing what is lost already
  const std::filesystem::path draft = folder_ / "drafts" / hex_name(parts_.random.next());
  const DraftGuard remove_draft(draft);
  auto stored = write_and_publish(key, draft, source, condition);
  if (!stored) TRY_VOID(check_present());
  if (!stored) return std::move(stored).error().in(description());
  return stored;
}

Result<ObjectInfo> FileStore::write_and_publish(const std::string& key,
                                                const std::filesystem::path& draft,
                                                ByteSource& source, const Condition& condition) {
  TRY(const ObjectTrailer trailer, write_draft(draft, source));
  TRY_VOID(publish(key, draft, condition));
  TRY_VOID(sync_parents(key));
  return info_of(key, trailer);
}

Result<ObjectTrailer> FileStore::write_draft(const std::filesystem::path& draft,
                                             ByteSource& source) {
  TRY(const FileDescriptor file, open_file(draft, O_WRONLY | O_CREAT | O_EXCL));
  ObjectTrailer trailer{.generation = parts_.random.next()};
  TRY_VOID(source.rewind());
  for (;;) {
    TRY(const std::string part, source.read(limits::kObjectPartBytes));
    if (part.empty()) break;
    if (part.size() > source.bytes() - trailer.bytes) {
      return wrong_length(source, trailer.bytes + part.size());
    }
    TRY_VOID(parts_.steps->write(file.get(), part, trailer.bytes));
    trailer.crc32c = crc32c(part, trailer.crc32c);
    trailer.bytes += part.size();
  }
  if (trailer.bytes != source.bytes()) return wrong_length(source, trailer.bytes);
  TRY_VOID(parts_.steps->write(file.get(), to_text(trailer), trailer.bytes));
  TRY_VOID(parts_.steps->sync(file.get()));
  return trailer;
}

Result<void> FileStore::publish(const std::string& key, const std::filesystem::path& draft,
                                const Condition& condition) {
  // link(2) fails where somebody else was first: a new name needs no lock.
  if (std::holds_alternative<IfAbsent>(condition)) return name(key, draft, condition);
  TRY(const KeyLock lock, lock_key(key, draft));
  TRY_VOID(check_standing(key, condition));
  return name(key, draft, condition);
}

Result<void> FileStore::name(const std::string& key, const std::filesystem::path& draft,
                             const Condition& condition) {
  const std::filesystem::path path = path_of(key);
  for (int attempt = 1; attempt <= kPublishAttempts; ++attempt) {
    TRY_VOID(make_parents(key));
    ::rmdir(path.c_str());  // an empty folder that a crash has left is in the way of the name
    auto named = std::holds_alternative<IfAbsent>(condition) ? parts_.steps->link(draft, path)
                                                             : parts_.steps->rename(draft, path);
    if (named) return named;
    const Errc code = named.error().code;
    std::error_code error;
    if (code == Errc::kInvalid || std::filesystem::is_directory(path, error)) {
      return names_a_folder(key);
    }
    if (code == Errc::kConflict) {
      TRY_VOID(check_standing(key, condition));
    } else if (code != Errc::kNotFound) {
      return named;
    } else if (!std::filesystem::exists(draft, error)) {
      return lock_was_taken(key);
    }
  }
  return unavailable("the folder of " + path.string() + " is removed again and again");
}

Result<void> FileStore::check_standing(const std::string& key, const Condition& condition) const {
  if (std::holds_alternative<Always>(condition)) return {};
  const auto standing = open_object(key);
  if (!standing && standing.error().code == Errc::kNotFound) {
    return check_condition(key, condition, nullptr);
  }
  if (!standing && standing.error().code != Errc::kInternal) return Error(standing.error());
  const ObjectInfo info = standing ? info_of(key, standing->trailer) : damaged_info(key);
  return check_condition(key, condition, &info);
}

Result<ObjectStore::Object> FileStore::get_blocking(const std::string& key, const Range& range,
                                                    std::size_t bytes_max) const {
  TRY(const ObjectFile object, open_object(key));
  const Extent extent = extent_of(range, object.trailer.bytes);
  if (extent.bytes > bytes_max) return too_large_object(key, extent.bytes, bytes_max);
  Object result{info_of(key, object.trailer), std::string(extent.bytes, '\0')};
  TRY(const std::size_t count, read_at(object.file.get(), result.content, extent.offset));
  const bool whole = is_whole(extent, object.trailer.bytes);
  if (count != extent.bytes || (whole && crc32c(result.content) != object.trailer.crc32c)) {
    return damaged_object(key);
  }
  return result;
}

Result<ListPage> FileStore::list_blocking(const std::string& prefix, const std::string& next,
                                          std::size_t limit) const {
  ListPage page;
  const KeyVisitor take = [&](const std::string& key) -> Result<bool> {
    if (page.objects.size() == limit) {
      page.next = page.objects.back().key;
      return false;
    }
    const auto object = open_object(key);
    if (object) {
      page.objects.push_back(info_of(key, object->trailer));
    } else if (object.error().code == Errc::kInternal) {
      page.objects.push_back(damaged_info(key));
    } else if (object.error().code != Errc::kNotFound) {  // not removed meanwhile
      return Error(object.error());
    }
    return true;
  };
  TRY_VOID(walk_keys(objects_, prefix, next, take));
  if (page.objects.empty()) TRY_VOID(check_present());
  return page;
}

Result<void> FileStore::remove_blocking(const std::string& key) {
  TRY_VOID(check_present());
  const std::filesystem::path bin = folder_ / "drafts" / hex_name(parts_.random.next());
  const DraftGuard empty_bin(bin);
  TRY_VOID(take_name(key, bin));
  TRY_VOID(sync_parents(key));
  std::filesystem::path folder = path_of(key).parent_path();
  // Empty folders go; one that is put into at this moment comes again with the object.
  while (folder != objects_ && ::rmdir(folder.c_str()) == 0) folder = folder.parent_path();
  return {};
}

/// Moves the object into a folder of its own, because the lock can be taken from who renames, and
/// not from who unlinks.
Result<void> FileStore::take_name(const std::string& key, const std::filesystem::path& bin) {
  if (::mkdir(bin.c_str(), 0700) != 0) return system_error("mkdir " + bin.string(), errno);
  TRY(const KeyLock lock, lock_key(key, bin));
  const std::filesystem::path path = path_of(key);
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return system_error("stat " + path.string(), errno);
  }
  if (S_ISDIR(status.st_mode)) return {};  // of other objects
  auto moved = parts_.steps->rename(path, bin / "removed");
  if (!moved && moved.error().code == Errc::kNotFound) return lock_was_taken(key);
  return moved;
}

Result<void> FileStore::make_parents(const std::string& key) const {
  for (std::size_t slash = key.find('/'); slash != std::string::npos;
       slash = key.find('/', slash + 1)) {
    const std::filesystem::path folder = path_of(std::string_view(key).substr(0, slash));
    if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) continue;
    if (errno == ENOTDIR) return names_a_folder(key);
    if (errno == ENOENT) return {};  // a removal took the folder above; publish() tries again
    return system_error("mkdir " + folder.string(), errno);
  }
  return {};
}

Result<void> FileStore::sync_parents(const std::string& key) {
  // All of them: a folder that is there may be one that somebody else has just made and not synced.
  for (std::filesystem::path folder = path_of(key).parent_path();; folder = folder.parent_path()) {
    auto synced = parts_.steps->sync_directory(folder);
    // A folder that is gone took its names along, and the one above it is synced next.
    if (!synced && synced.error().code != Errc::kNotFound) return synced;
    if (folder == objects_) return synced;
  }
}

Result<ObjectFile> FileStore::open_object(const std::string& key) const {
  auto object = ObjectFile::open(path_of(key));
  if (!object && object.error().code == Errc::kNotFound) {
    TRY_VOID(check_present());
    return no_such_object(key);
  }
  return object;
}

Result<void> FileStore::check_present() const {
  std::error_code error;
  if (std::filesystem::exists(folder_ / "locks" / "open", error)) return {};
  return unavailable("the folder of the object store, " + folder_.string() + ", is gone",
                     "is its disk mounted? Put it back: nothing has to be restarted");
}

Result<KeyLock> FileStore::lock_key(const std::string& key,
                                    const std::filesystem::path& draft) const {
  const std::string name = hex_name(crc32c(key) % kLockFiles).substr(14);
  return KeyLock::acquire({folder_ / "locks", folder_ / "drafts", parts_.lock_patience}, name,
                          draft.filename());
}

}  // namespace coditect::objects
