#include "storage/unpack/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/check.h"
#include "storage/unpack/entry_path.h"

namespace coditect::unpack {

namespace {

constexpr std::size_t kReadBytes = 64u << 10;
constexpr const char* kFormats = "send a .zip, .tar, .tar.gz or .tar.zst";

/// Makes a locale this thread's own until it is destroyed.
class LocaleOfThread {
 public:
  explicit LocaleOfThread(locale_t locale) : before_(::uselocale(locale)) {}
  LocaleOfThread(const LocaleOfThread&) = delete;
  ~LocaleOfThread() { ::uselocale(before_); }

 private:
  const locale_t before_;
};

/// As they are where the archive says UTF-8 or nothing; "" where it says neither.
std::string text_of(const char* as_stored, const char* as_utf8) {
  if (as_stored != nullptr) return as_stored;
  return as_utf8 != nullptr ? as_utf8 : "";
}

ArchiveEntry::Kind kind_of(archive_entry* entry) {
  using Kind = ArchiveEntry::Kind;
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_hardlink_utf8(entry) != nullptr) {
    return Kind::kHardLink;
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return Kind::kFile;
    case AE_IFDIR: return Kind::kFolder;
    case AE_IFLNK: return Kind::kLink;
    default: return Kind::kOther;
  }
}

}  // namespace

void ArchiveReader::Free::operator()(archive* reader) const { archive_read_free(reader); }

ArchiveReader::ArchiveReader()
    : archive_(archive_read_new()), names_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
  check(archive_ != nullptr && names_ != nullptr, "there is no memory for a reader of archives");
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(int file) {
  std::unique_ptr<ArchiveReader> reader(new ArchiveReader);
  archive* const raw = reader->archive_.get();
  const LocaleOfThread names(reader->names_.get());
  // Only what is asked for: each format and filter more is code that strangers' bytes reach. A zip
  // is read by the list at its end, which alone has modes and links, and which a cut one lacks.
  const bool ready = archive_read_support_format_tar(raw) == ARCHIVE_OK &&
                     archive_read_support_format_zip_seekable(raw) == ARCHIVE_OK &&
                     archive_read_support_filter_gzip(raw) == ARCHIVE_OK &&
                     archive_read_support_filter_zstd(raw) == ARCHIVE_OK;
  if (!ready) return internal("libarchive lacks a format", "install Debian's libarchive13");
  if (archive_read_open_fd(raw, file, kReadBytes) != ARCHIVE_OK) {
    return reader->failed("it cannot be read");
  }
  return reader;
}

Error ArchiveReader::failed(std::string_view what) const {
  const char* said = archive_error_string(archive_.get());
  std::string message = "the archive is refused: " + std::string(what);
  if (said != nullptr) message += ": " + shown(said);
  return invalid(std::move(message), kFormats);
}

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  const LocaleOfThread names(names_.get());
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(archive_.get(), &entry);
  if (status == ARCHIVE_EOF) return std::optional<ArchiveEntry>();
  // A warning is about something that is not used here, such as an owner's name.
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    return failed("it is none that is known, or damaged");
  }
  TRY(ArchiveEntry made, convert(entry));
  return std::optional(std::move(made));
}

Result<ArchiveEntry> ArchiveReader::convert(archive_entry* entry) const {
  ArchiveEntry made;
  made.name = text_of(archive_entry_pathname(entry), archive_entry_pathname_utf8(entry));
  if (made.name.empty()) return failed("an entry has no name that can be read");
  made.kind = kind_of(entry);
  if (archive_entry_is_encrypted(entry) != 0) {
    return invalid("the entry '" + shown(made.name) + "' is encrypted",
                   "make the archive without a password");
  }
  if (made.kind == ArchiveEntry::Kind::kLink) {
    made.target = text_of(archive_entry_symlink(entry), archive_entry_symlink_utf8(entry));
  } else if (made.kind == ArchiveEntry::Kind::kHardLink) {
    made.target = text_of(archive_entry_hardlink(entry), archive_entry_hardlink_utf8(entry));
  }
  made.mode = archive_entry_perm(entry);
  if (archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) >= 0) {
    made.bytes = static_cast<std::uint64_t>(archive_entry_size(entry));
  }
  return made;
}

Result<std::optional<ArchiveReader::Piece>> ArchiveReader::read() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = archive_read_data_block(archive_.get(), &bytes, &size, &offset);
  if (status == ARCHIVE_EOF) return std::optional<Piece>();
  // Here a warning is a checksum that does not hold.
  if (status != ARCHIVE_OK || offset < 0) return failed("an entry's content is damaged");
  const Piece piece{static_cast<std::uint64_t>(offset), {static_cast<const char*>(bytes), size}};
  return std::optional(piece);
}

std::string ArchiveReader::format() const {
  archive* const raw = archive_.get();
  if ((archive_format(raw) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP) return "zip";
  switch (archive_filter_code(raw, 0)) {
    case ARCHIVE_FILTER_GZIP: return "tar.gz";
    case ARCHIVE_FILTER_ZSTD: return "tar.zst";
    default: return "tar";
  }
}

}  // namespace coditect::unpack
