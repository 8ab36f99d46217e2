#include "storage/objects/mirrored/mirror_copy.h"

#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/sha256.h"

namespace coditect::objects {
namespace {

constexpr std::string_view kMagic = "coditect-copy 1 ";
constexpr std::size_t kNumberDigits = 8;
constexpr std::size_t kEndBytes = kMagic.size() + kNumberDigits + 1;
static_assert(kEndBytes == 25, "docs/formats/objects.md");

/// Of the key, a zero byte, which no key holds, and the content.
std::string hash_of(std::string_view key, std::string_view content) {
  Sha256 hash;
  hash.update(key);
  hash.update(std::string_view("\0", 1));
  hash.update(content);
  return hash.finish_hex();
}

std::string number_text(std::size_t number) {
  std::string text = std::to_string(number);
  return std::string(kNumberDigits - text.size(), '0') + text;
}

/// The length that the last line of a copy gives to the line before it.
std::optional<std::size_t> note_bytes(std::string_view copy) {
  if (copy.size() < kEndBytes || copy.back() != '\n') return std::nullopt;
  std::string_view end = copy.substr(copy.size() - kEndBytes);
  if (!end.starts_with(kMagic)) return std::nullopt;
  end = end.substr(kMagic.size(), kNumberDigits);
  std::size_t bytes = 0;
  const auto parsed = std::from_chars(end.data(), end.data() + end.size(), bytes);
  if (parsed.ec != std::errc() || parsed.ptr != end.data() + end.size()) return std::nullopt;
  if (bytes > copy.size() - kEndBytes) return std::nullopt;
  return bytes;
}

}  // namespace

std::string make_copy(const ObjectInfo& info, std::string_view content) {
  json::object note{
      {"key", info.key}, {"generation", info.generation}, {"sha256", hash_of(info.key, content)}};
  if (info.crc32c) note["crc32c"] = *info.crc32c;
  std::string line = "\n" + json::serialize(note) + "\n";
  check(line.size() + kEndBytes <= kCopyOverheadBytesMax, "a copy's note is too long");
  std::string copy;
  copy.reserve(content.size() + line.size() + kEndBytes);
  copy += content;
  copy += line;
  copy += kMagic;
  copy += number_text(line.size());
  copy += '\n';
  return copy;
}

std::optional<ObjectStore::Object> read_copy(std::string_view key, std::string copy) {
  const auto bytes = note_bytes(copy);
  if (!bytes) return std::nullopt;
  const std::size_t content_bytes = copy.size() - kEndBytes - *bytes;
  const auto note = parse_json_object(std::string_view(copy).substr(content_bytes, *bytes));
  if (!note) return std::nullopt;
  const auto crc = find_int(*note, "crc32c");
  auto generation = find_string(*note, "generation");
  const auto hash = find_string(*note, "sha256");
  if (find_string(*note, "key") != key || !generation || !hash) return std::nullopt;
  copy.resize(content_bytes);
  if (hash_of(key, copy) != *hash) return std::nullopt;
  ObjectStore::Object object;
  object.info = {std::string(key), content_bytes, *std::move(generation), std::nullopt};
  if (crc) object.info.crc32c = static_cast<std::uint32_t>(*crc);
  object.content = std::move(copy);
  return object;
}

}  // namespace coditect::objects
