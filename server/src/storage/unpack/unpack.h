#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/unpack/unpack_limits.h"

namespace coditect::unpack {

/// What has become of an archive.
struct Unpacked {
  std::string format;       ///< "zip", "tar", "tar.gz", "tar.zst"
  std::size_t files = 0;    ///< and links
  std::uint64_t bytes = 0;  ///< of their contents
  std::string top;          ///< the single top folder that was taken off; "" for none
  struct LeftOut {
    std::string path;
    std::string why;
  };
  std::vector<LeftOut> left_out;   ///< the first kLeftOutShownMax
  std::size_t left_out_count = 0;  ///< all
};

/// Unpacks the archive in the open file `archive` into `folder`, which is there and empty. It
/// trusts nothing in it:
///
/// - an entry that leads out of the folder, a link that does, a device or pipe, a name that no
///   project has, and a second entry that turns a file into a folder refuse the whole archive:
///   Errc::kInvalid names the entry and says why;
/// - setuid, setgid and sticky bits and others' right to write are dropped, a hard link becomes a
///   copy, and of a git repository only what runs nothing is kept (git_entries.h);
/// - symbolic links are made last, so that nothing is written through one;
/// - beyond `limits`, Errc::kLimit, it is over before the disk holds more than they say.
///
/// A single top folder, as hosting sites make them, is taken off. Blocking; Errc::kCancelled once
/// `stop` is requested; Errc::kUnavailable for a disk that is full. On failure the content of
/// `folder` is undefined.
Result<Unpacked> unpack(int archive, const std::filesystem::path& folder, const Limits& limits,
                        const std::stop_token& stop);

}  // namespace coditect::unpack
