#include "storage/objects/file/object_file.h"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>

#include "storage/objects/crc32c.h"

namespace coditect::objects {
namespace {

void append_hex(std::string& text, std::uint64_t number, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0;) text += "0123456789abcdef"[(number >> (4 * i)) & 0xf];
}

/// Takes `digits` lower-case hex digits and the character behind them from `text`.
std::optional<std::uint64_t> take_hex(std::string_view& text, std::size_t digits, char behind) {
  if (text.size() <= digits || text[digits] != behind) return std::nullopt;
  const std::string_view number = text.substr(0, digits);
  if (number.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(number.data(), number.data() + digits, value, 16);
  text.remove_prefix(digits + 1);
  return value;
}

Error no_object(const std::filesystem::path& path, std::string_view why) {
  return internal("file " + path.string() + " is no whole object: " + std::string(why),
                  "Run `coditect verify` to learn what depends on it; then move the file away.");
}

}  // namespace

std::string to_text(const ObjectTrailer& trailer) {
  std::string text(kTrailerMagic);
  append_hex(text, trailer.generation, 16);
  text += ' ';
  append_hex(text, trailer.bytes, 16);
  text += ' ';
  append_hex(text, trailer.crc32c, 8);
  text += ' ';
  append_hex(text, crc32c(text), 8);
  text += '\n';
  return text;
}

std::optional<ObjectTrailer> parse_trailer(std::string_view text) {
  if (text.size() != kTrailerBytes || !text.starts_with(kTrailerMagic)) return std::nullopt;
  std::string_view rest = text.substr(kTrailerMagic.size());
  const auto generation = take_hex(rest, 16, ' ');
  const auto bytes = generation ? take_hex(rest, 16, ' ') : std::nullopt;
  const auto content_crc = bytes ? take_hex(rest, 8, ' ') : std::nullopt;
  if (!content_crc) return std::nullopt;
  const std::string_view checked = text.substr(0, text.size() - rest.size());
  const auto trailer_crc = take_hex(rest, 8, '\n');
  if (trailer_crc != crc32c(checked)) return std::nullopt;
  return ObjectTrailer{*generation, *bytes, static_cast<std::uint32_t>(*content_crc)};
}

Result<ObjectFile> ObjectFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that somebody has put there would block a thread for ever.
  TRY(FileDescriptor file, open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return system_error("stat", errno);
  if (S_ISDIR(status.st_mode)) return not_found(path.string() + " is a folder");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size < kTrailerBytes) return no_object(path, "it is too short");
  std::array<char, kTrailerBytes> text{};
  TRY(const std::size_t count, read_at(file.get(), text, size - kTrailerBytes));
  const auto trailer = parse_trailer({text.data(), count});
  if (!trailer) return no_object(path, "its last line is damaged");
  if (trailer->bytes != size - kTrailerBytes) return no_object(path, "its size is wrong");
  return ObjectFile{std::move(file), *trailer};
}

}  // namespace coditect::objects
