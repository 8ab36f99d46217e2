#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "storage/objects/file/file_lock.h"

namespace coditect::objects {

/// Where the locks of a FileStore are, and what their holders work with.
struct KeyLockPlace {
  std::filesystem::path locks;
  std::filesystem::path drafts;
  std::chrono::milliseconds patience;  ///< with a holder, before the lock is taken from it
};

/// Exclusive use of what `name` stands for, among threads and processes, that outlives no holder:
/// not one that is dead, and not one that is frozen. A holder changes the store by one rename(2)
/// from or into its draft; who waits for too long removes the draft, and thereby the holder's power
/// to change anything, and goes on with a new lock file. docs/formats/objects.md has the protocol.
///
/// Threads:  one at a time; acquiring blocks.
/// Lifetime: held until destroyed.
class KeyLock {
 public:
  /// `draft`, 16 hex digits that are used once, names what is there already under place.drafts: a
  /// file, or an empty folder. Errc::kUnavailable when others are frozen again and again.
  static Result<KeyLock> acquire(const KeyLockPlace& place, const std::string& name,
                                 const std::string& draft);

 private:
  explicit KeyLock(FileLock lock) : lock_(std::move(lock)) {}

  FileLock lock_;
};

}  // namespace coditect::objects
