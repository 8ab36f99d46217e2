#include "storage/blobs/pack_reader.h"

#include <fcntl.h>

#include "base/hex.h"
#include "base/sha256.h"

namespace coditect::blobs {
namespace {

Error damage(const std::filesystem::path& path, const std::string& what) {
  return internal(
      path.string() + ": " + what,
      "bring the file back with `coditect restore`, or from a backup of the data folder");
}

}  // namespace

Result<PackReader> PackReader::open(const std::filesystem::path& path) {
  TRY(FileDescriptor file, open_file(path, O_RDONLY));
  TRY(const std::uint64_t size, file_size(file.get()));
  if (size < kTrailerBytes) return damage(path, "the pack is cut");
  std::string bytes(kTrailerBytes, '\0');
  TRY(const std::size_t count, read_at(file.get(), bytes, size - kTrailerBytes));
  bytes.resize(count);
  auto trailer = parse_trailer(bytes, size);
  if (!trailer) return damage(path, trailer.error().message);
  return PackReader(path, std::move(file), *trailer);
}

Result<std::optional<PackEntry>> PackReader::find(const Hash& hash) const {
  std::uint64_t low = 0;
  std::uint64_t high = trailer_.entries;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY(const PackEntry entry, entry_at(middle));
    if (entry.hash == hash) {
      TRY(const PackEntry good, checked(entry));
      return std::optional(good);
    }
    if (entry.hash < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::optional<PackEntry>();
}

Result<std::vector<PackEntry>> PackReader::entries() const {
  std::string index(trailer_.entries * kEntryBytes, '\0');
  TRY(const std::size_t count, read_at(file_.get(), index, trailer_.index_offset));
  const auto expected = to_hex(trailer_.index_hash);
  if (count != index.size() || sha256_hex(index) != expected) {
    return damage(path_,
                  "the index at offset " + std::to_string(trailer_.index_offset) + " is damaged");
  }
  std::vector<PackEntry> entries;
  entries.reserve(trailer_.entries);
  for (std::size_t at = 0; at < index.size(); at += kEntryBytes) {
    TRY(const PackEntry entry, checked(parse_entry(std::string_view(index).substr(at))));
    entries.push_back(entry);
  }
  return entries;
}

Result<PackEntry> PackReader::entry_at(std::uint64_t position) const {
  std::string bytes(kEntryBytes, '\0');
  TRY(const std::size_t count,
      read_at(file_.get(), bytes, trailer_.index_offset + position * kEntryBytes));
  if (count != kEntryBytes) return damage(path_, "the index is cut");
  return parse_entry(bytes);
}

/// An entry lies before the index.
Result<PackEntry> PackReader::checked(const PackEntry& entry) const {
  if (entry.offset > trailer_.index_offset ||
      entry.stored_bytes > trailer_.index_offset - entry.offset) {
    return damage(path_, "the index names a content outside of the pack");
  }
  return entry;
}

}  // namespace coditect::blobs
