#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <locale.h>
#include <stdlib.h>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/posix_file.h"

namespace coditect::unpack {

/// An entry of an archive that a test makes, as hostile as it likes.
struct Packed {
  std::string name;
  std::string content = {};
  unsigned type = AE_IFREG;
  mode_t mode = 0644;
  std::string target = {};     ///< of a link
  std::string hard_link = {};  ///< to another entry
};

inline Packed folder(std::string name, mode_t mode = 0755) {
  return {std::move(name), "", AE_IFDIR, mode};
}
inline Packed link(std::string name, std::string target) {
  return {std::move(name), "", AE_IFLNK, 0777, std::move(target)};
}

/// Writes an archive; `format` is "zip", "tar", "tar.gz" or "tar.zst".
inline void pack(const std::filesystem::path& file, const std::string& format,
                 const std::vector<Packed>& entries) {
  // Names are UTF-8, and a zip says so.
  const locale_t names = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = ::uselocale(names);
  struct ::archive* const writer = archive_write_new();
  const auto good = [&](int status) {
    check(status == ARCHIVE_OK, "packing: the archive cannot be written");
  };
  good(format == "zip" ? archive_write_set_format_zip(writer)
                       : archive_write_set_format_pax_restricted(writer));
  if (format == "zip") good(archive_write_set_options(writer, "zip:hdrcharset=UTF-8"));
  if (format == "tar.gz") good(archive_write_add_filter_gzip(writer));
  if (format == "tar.zst") good(archive_write_add_filter_zstd(writer));
  good(archive_write_open_filename(writer, file.c_str()));
  for (const Packed& each : entries) {
    struct ::archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.name.c_str());
    archive_entry_set_filetype(entry, each.type);
    archive_entry_set_perm(entry, each.mode);
    if (!each.target.empty()) archive_entry_set_symlink(entry, each.target.c_str());
    if (!each.hard_link.empty()) archive_entry_set_hardlink(entry, each.hard_link.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(each.content.size()));
    const int status = archive_write_header(writer, entry);
    check(status == ARCHIVE_OK || status == ARCHIVE_WARN, "packing: an entry is refused");
    if (!each.content.empty()) {
      check(archive_write_data(writer, each.content.data(), each.content.size()) ==
                static_cast<la_ssize_t>(each.content.size()),
            "packing: content is refused");
    }
    archive_entry_free(entry);
  }
  good(archive_write_close(writer));
  archive_write_free(writer);
  ::uselocale(before);
  ::freelocale(names);
}

/// The same, as bytes.
inline std::string packed(const std::string& format, const std::vector<Packed>& entries) {
  std::string name = std::filesystem::temp_directory_path() / "packed-XXXXXX";
  const FileDescriptor file(::mkstemp(name.data()));
  pack(name, format, entries);
  std::string bytes = *read_file(name);
  std::filesystem::remove(name);
  return bytes;
}

}  // namespace coditect::unpack
