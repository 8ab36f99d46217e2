#include "storage/objects/file/key_lock.h"

#include <array>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace coditect::objects {

namespace fs = std::filesystem;

namespace {

constexpr int kRoundsMax = 1'000;  // each one a process that is frozen for good
constexpr std::size_t kDraftNameBytes = 16;

/// Every round has a lock file of its own: a round ends, for all, by the next one's being there.
fs::path round_file(const KeyLockPlace& place, const std::string& name, int round) {
  return place.locks / (round == 0 ? name : name + "." + std::to_string(round));
}

bool has_begun(const KeyLockPlace& place, const std::string& name, int round) {
  std::error_code error;
  return fs::exists(round_file(place, name, round), error);
}

/// Whoever holds the lock of an ended round cannot change anything from here on.
Result<void> fence(const KeyLockPlace& place, const fs::path& round) {
  TRY(const FileDescriptor file, open_file(round, O_RDONLY));
  std::array<char, kDraftNameBytes> text{};
  TRY(const std::size_t count, read_at(file.get(), text, 0));
  const std::string_view draft(text.data(), count);
  if (draft.size() != kDraftNameBytes) return {};  // its holder has yet to look at the next round
  if (draft.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return internal("lock " + round.string() + " names no draft", "Remove it.");
  }
  const fs::path path = place.drafts / draft;
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  // A folder that is not empty has received what its owner was about to remove: that is done.
  if (errno == EISDIR && (::rmdir(path.c_str()) == 0 || errno == ENOTEMPTY || errno == ENOENT)) {
    return {};
  }
  return system_error("removing " + path.string(), errno);
}

}  // namespace

Result<KeyLock> KeyLock::acquire(const KeyLockPlace& place, const std::string& name,
                                 const std::string& draft) {
  for (int round = 0; round < kRoundsMax; ++round) {
    const fs::path path = round_file(place, name, round);
    if (!has_begun(place, name, round + 1)) {
      auto lock = FileLock::wait(path, FileLock::Kind::kExclusive, place.patience);
      if (lock) {
        TRY_VOID(lock->write(draft));
        // In this order: who ends the round reads the draft's name after having ended it.
        if (!has_begun(place, name, round + 1)) return KeyLock(*std::move(lock));
        TRY_VOID(lock->write({}));
        continue;
      }
      if (lock.error().code != Errc::kLocked) return std::move(lock).error();
      TRY_VOID(open_file(round_file(place, name, round + 1), O_RDWR | O_CREAT));
    }
    TRY_VOID(fence(place, path));
  }
  return unavailable(
      "the lock " + (place.locks / name).string() + " was held by too many that are frozen",
      "End every server that uses this folder, then start them again.");
}

}  // namespace coditect::objects
