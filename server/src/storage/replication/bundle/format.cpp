#include "storage/replication/bundle/format.h"

#include <xxhash.h>

#include <algorithm>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/replication/bundle/numbers.h"

namespace coditect::replication {
namespace {

Result<void> check_text(std::string_view what, std::string_view text) {
  if (text.empty()) return invalid(std::string(what) + " is empty");
  if (text.size() > kBundleTextBytesMax) return invalid(std::string(what) + " is too long");
  return {};
}

}  // namespace

std::uint64_t bundle_checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Result<void> check_head(const BundleHead& head) {
  TRY_VOID(check_text("the node", head.node));
  TRY_VOID(check_text("the nonce", head.nonce));
  if (head.epoch == 0) return invalid("epoch 0");
  if (head.number == 0) return invalid("bundle 0");
  if (head.kind != BundleHead::Kind::kData && head.kind != BundleHead::Kind::kSeal) {
    return invalid("neither data nor a seal");
  }
  return {};
}

Result<void> check_entry(const Entry& entry) {
  TRY_VOID(check_text("the workspace of an entry", entry.workspace.str()));
  if (entry.content_bytes > limits::kBundleBytesMax) return invalid("an entry is too large");
  switch (entry.kind) {
    case EntryKind::kEvents:
      if (!entry.name.empty()) return invalid("events with a name");
      if (entry.first == 0 || entry.last < entry.first) return invalid("events without numbers");
      return {};
    case EntryKind::kBlob:
      if (entry.first != 0 || entry.last != 0) return invalid("a blob with numbers");
      return check_text("the name of a blob", entry.name);
    case EntryKind::kPages:
      if (entry.last < entry.first) return invalid("pages of a watermark that falls");
      return check_text("the name of a database", entry.name);
  }
  return invalid("an entry of an unknown kind");
}

Result<void> check_content(const Entry& entry, std::string_view content) {
  if (entry.kind != EntryKind::kEvents) return {};
  const auto newlines = static_cast<std::uint64_t>(std::ranges::count(content, '\n'));
  if (!content.ends_with('\n') || newlines - 1 != entry.last - entry.first) {
    return invalid("events " + std::to_string(entry.first) + " to " + std::to_string(entry.last) +
                   " of " + entry.workspace.str() + " in " + std::to_string(newlines) + " lines");
  }
  return {};
}

std::string encode_header() {
  std::string out(kBundleMagic);
  append_fixed(out, kBundleVersion);
  append_fixed(out, std::uint32_t{0});
  check(out.size() == kBundleHeaderBytes);
  return out;
}

std::string encode_index(const BundleIndex& index) {
  std::string out;
  out += static_cast<char>(index.head.kind);
  append_varint(out, index.head.epoch);
  append_varint(out, index.head.number);
  append_text(out, index.head.node);
  append_text(out, index.head.nonce);
  append_varint(out, index.entries.size());
  for (const Entry& entry : index.entries) {
    out += static_cast<char>(entry.kind);
    append_text(out, entry.workspace.str());
    append_text(out, entry.name);
    append_varint(out, entry.first);
    append_varint(out, entry.last - entry.first);
    append_varint(out, entry.stored_bytes);
    append_varint(out, entry.content_bytes);
    append_fixed(out, entry.checksum);
  }
  return out;
}

std::string encode_trailer(const BundleTrailer& trailer) {
  std::string out;
  append_fixed(out, trailer.index_offset);
  append_fixed(out, trailer.index_bytes);
  append_fixed(out, trailer.index_checksum);
  append_fixed(out, trailer.index_offset + trailer.index_bytes + kBundleTrailerBytes);
  append_fixed(out, kBundleVersion);
  out.resize(kTrailerChecksumAt, '\0');
  append_fixed(out, bundle_checksum(out));
  out += kBundleMagic;
  check(out.size() == kBundleTrailerBytes);
  return out;
}

}  // namespace coditect::replication
