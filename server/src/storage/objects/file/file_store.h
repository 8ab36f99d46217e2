#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "async/blocking_pool.h"
#include "base/random.h"
#include "storage/objects/file/file_lock.h"
#include "storage/objects/file/file_steps.h"
#include "storage/objects/file/key_lock.h"
#include "storage/objects/file/object_file.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

/// What a FileStore is made of; pool and random outlive it.
struct FileStoreParts {
  BlockingPool& pool;  ///< its files are read, written and synced there
  Random& random;      ///< generations; asked by any thread
  std::shared_ptr<FileSteps> steps = std::make_shared<FileSteps>();
  std::chrono::milliseconds lock_patience{2'000};  ///< with another user of the folder
};

/// A store in a folder, one file an object: docs/formats/objects.md. Several stores, of several
/// processes, may use one folder at once.
///
/// Threads:    any.
/// Lifetime:   that of ObjectStore. Whoever opens a folder that nobody else has open sweeps what
///             crashes have left.
/// Invariants: a name under objects/ is a whole object. A version is replaced or removed only under
///             its key's lock, so that a Condition is true until it has taken effect. A name that
///             is new needs no lock. Nobody waits for a process that is frozen: see KeyLock.
/// Errors:     those of ObjectStore. A full or failing disk is Errc::kUnavailable: before the name
///             was given nothing was changed, behind it the outcome is not known. A damaged object
///             is listed without a generation; get() and head() say what is wrong with it.
class FileStore final : public ObjectStore {
 public:
  /// Makes the folder where it is missing. Blocks.
  static Result<std::unique_ptr<FileStore>> open(std::filesystem::path folder,
                                                 FileStoreParts parts);

  awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                    Condition condition) override;
  awaitable<Result<ObjectInfo>> put(std::string key, ByteSource& source,
                                    Condition condition) override;
  awaitable<Result<Object>> get(std::string key, Range range, std::size_t bytes_max) override;
  awaitable<Result<ObjectInfo>> read(std::string key, Range range, const ByteSink& sink) override;
  awaitable<Result<ObjectInfo>> head(std::string key) override;
  awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                   std::size_t limit) override;
  awaitable<Result<void>> remove(std::string key) override;
  awaitable<void> close() override;
  std::string description() const override { return "file://" + folder_.string(); }

 private:
  FileStore(std::filesystem::path folder, FileStoreParts parts, FileLock open_lock);

  // Blocking, on a thread of the pool.
  Result<ObjectInfo> put_blocking(const std::string& key, ByteSource& source,
                                  const Condition& condition);
  Result<ObjectInfo> write_and_publish(const std::string& key, const std::filesystem::path& draft,
                                       ByteSource& source, const Condition& condition);
  Result<ObjectTrailer> write_draft(const std::filesystem::path& draft, ByteSource& source);
  Result<void> publish(const std::string& key, const std::filesystem::path& draft,
                       const Condition& condition);
  Result<void> name(const std::string& key, const std::filesystem::path& draft,
                    const Condition& condition);
  Result<void> check_standing(const std::string& key, const Condition& condition) const;
  Result<Object> get_blocking(const std::string& key, const Range& range,
                              std::size_t bytes_max) const;
  Result<ListPage> list_blocking(const std::string& prefix, const std::string& next,
                                 std::size_t limit) const;
  Result<void> remove_blocking(const std::string& key);
  Result<void> make_parents(const std::string& key) const;
  Result<void> sync_parents(const std::string& key);
  Result<ObjectFile> open_object(const std::string& key) const;
  /// Errc::kUnavailable where the folder is gone: a disk that is not mounted has lost no object.
  Result<void> check_present() const;
  Result<void> take_name(const std::string& key, const std::filesystem::path& bin);
  /// Errc::kUnavailable when the lock was taken from this process: what it was about to do is void.
  Result<KeyLock> lock_key(const std::string& key, const std::filesystem::path& draft) const;
  std::filesystem::path path_of(std::string_view key) const { return objects_ / key; }

  // Constant after construction.
  const std::filesystem::path folder_;
  const std::filesystem::path objects_;
  const FileStoreParts parts_;
  const FileLock open_lock_;
};

}  // namespace coditect::objects
