#pragma once

#include <cstdint>
#include <locale.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/unpack/archive_entry.h"

struct archive;
struct archive_entry;

namespace coditect::unpack {

/// Reads a .zip, .tar, .tar.gz or .tar.zst, whichever its first bytes say it is, by libarchive.
///
/// Threads:  one at a time; blocking.
/// Lifetime: the file outlives it.
/// Errors:   kInvalid for what is no such archive, is damaged, breaks off or is encrypted. After an
///           error nothing more can be read.
class ArchiveReader {
 public:
  /// Of an open file from its beginning; a zip's contents stand at its end, so it can be sought in.
  static Result<std::unique_ptr<ArchiveReader>> open(int file);

  /// The next entry; nothing after the last one. What is left of the one before is skipped.
  Result<std::optional<ArchiveEntry>> next();

  /// Bytes of an entry's content, which stand at `offset` in it: where a file has holes these
  /// follow one another with gaps. Valid until the next call.
  struct Piece {
    std::uint64_t offset = 0;
    std::string_view bytes;
  };
  /// The next piece of the entry that next() gave; nothing at its end.
  Result<std::optional<Piece>> read();

  /// Once next() has succeeded: "zip", "tar", "tar.gz" or "tar.zst".
  std::string format() const;

 private:
  struct Free {
    void operator()(archive* reader) const;
  };
  struct FreeLocale {
    void operator()(locale_t locale) const { ::freelocale(locale); }
  };

  ArchiveReader();
  Error failed(std::string_view what) const;
  Result<ArchiveEntry> convert(archive_entry* entry) const;

  const std::unique_ptr<archive, Free> archive_;
  /// Names are UTF-8 whatever the server's own locale is.
  const std::unique_ptr<std::remove_pointer_t<locale_t>, FreeLocale> names_;
};

}  // namespace coditect::unpack
