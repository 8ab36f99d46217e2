#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace coditect::workspace {

/// Files that are larger are not looked into; a change of theirs is not logged.
inline constexpr std::size_t kTrackedBytesMax = 64u << 20;

/// A name in an open folder.
struct Entry {
  int folder;
  const std::string& name;
};

/// What a failed call says of `path`, a path of the project, in words for its user.
Error path_error(const std::string& path, int error_number);
/// Errc::kConflict: another program was quicker.
Error changed_outside(const std::string& path);

/// An open file to its end. Errc::kLimit beyond `bytes_max`.
Result<std::string> read_whole(int file, const std::string& path, std::size_t bytes_expected,
                               std::size_t bytes_max);
/// Hex SHA-256 of a regular file; "", which no content has, for anything else that is there.
Result<std::string> hash_of(Entry entry);

/// renameat2(2).
Result<void> rename_entry(Entry from, Entry to, unsigned flags);
/// Puts `ours` in the place of `target` where the content there has the hash `before`, and deletes
/// that. Errc::kConflict otherwise: both are as they were, or, where `target` changed twice
/// meanwhile, as the last change left it. `path` is the target's, for messages.
///
/// The kernel exchanges the two in one step; what came out is compared then, so no moment is left
/// in which another program's change could be overwritten unseen. A program that keeps the old
/// file open writes on into what is deleted. On a file system that cannot exchange, the content is
/// compared just before it is replaced.
Result<void> exchange_if(Entry ours, Entry target, const std::string& before,
                         const std::string& path);

}  // namespace coditect::workspace
