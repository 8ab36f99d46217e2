#include <zstd.h>

#include <optional>
#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/bundle/format.h"
#include "storage/replication/bundle/numbers.h"

namespace coditect::replication {
namespace {

/// Kind, two texts, four varints, a checksum: what no entry is shorter than.
constexpr std::size_t kEntryBytesMin = 1 + 2 + 4 + 8;

Error damaged(std::string what) { return internal("the bundle is damaged: " + std::move(what)); }
Error index_cut() { return damaged("its index ends too early"); }

Result<BundleHead> read_head(NumberReader& reader) {
  const auto kind = reader.byte();
  const auto epoch = reader.varint();
  const auto number = reader.varint();
  const auto node = reader.text(kBundleTextBytesMax);
  const auto nonce = reader.text(kBundleTextBytesMax);
  if (!kind || !epoch || !number || !node || !nonce) return index_cut();
  BundleHead head;
  head.kind = static_cast<BundleHead::Kind>(*kind);
  head.epoch = *epoch;
  head.number = *number;
  head.node = *node;
  head.nonce = *nonce;
  if (auto good = check_head(head); !good) return damaged(good.error().message);
  return head;
}

/// An entry but for its offset.
Result<Entry> read_entry(NumberReader& reader) {
  const auto kind = reader.byte();
  const auto workspace = reader.text(kBundleTextBytesMax);
  const auto name = reader.text(kBundleTextBytesMax);
  const auto first = reader.varint();
  const auto span = reader.varint();
  const auto stored = reader.varint();
  const auto content = reader.varint();
  const auto checksum = reader.fixed64();
  if (!kind || !workspace || !name || !first || !span || !stored || !content || !checksum) {
    return index_cut();
  }
  Entry entry;
  entry.kind = static_cast<EntryKind>(*kind);
  entry.workspace = WorkspaceId(std::string(*workspace));
  entry.name = *name;
  entry.first = *first;
  entry.last = *first + *span;  // beyond 64 bits it is below first, which is refused
  entry.stored_bytes = *stored;
  entry.content_bytes = *content;
  entry.checksum = *checksum;
  if (auto good = check_entry(entry); !good) return damaged(good.error().message);
  return entry;
}

/// The content of a frame that lies in memory as a whole, and nothing but one frame.
Result<std::string> decompressed(std::string_view frame, std::uint64_t content_bytes) {
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return damaged("an entry is not one compressed frame");
  }
  std::string content(content_bytes, '\0');
  const std::size_t bytes =
      ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
  if (ZSTD_isError(bytes)) return damaged(std::string("zstd: ") + ZSTD_getErrorName(bytes));
  if (bytes != content_bytes) return damaged("an entry has fewer bytes than it says");
  return content;
}

}  // namespace

Result<BundleTrailer> parse_bundle_trailer(std::string_view last_bytes,
                                           std::uint64_t bundle_bytes) {
  if (last_bytes.size() < kBundleTrailerBytes ||
      bundle_bytes < kBundleHeaderBytes + kBundleTrailerBytes) {
    return damaged("it has " + std::to_string(bundle_bytes) + " bytes, too few for one");
  }
  const std::string_view bytes = last_bytes.substr(last_bytes.size() - kBundleTrailerBytes);
  if (bytes.substr(kTrailerMagicAt) != kBundleMagic) return damaged("no magic at its end");
  const auto number_at = [&](std::size_t at) { return *NumberReader(bytes.substr(at)).fixed64(); };
  if (number_at(kTrailerChecksumAt) != bundle_checksum(bytes.substr(0, kTrailerChecksumAt))) {
    return damaged("its trailer has another checksum");
  }
  const auto version = static_cast<std::uint32_t>(number_at(kTrailerVersionAt));
  if (version != kBundleVersion) {
    return internal("the bundle has version " + std::to_string(version) + ", not " +
                        std::to_string(kBundleVersion),
                    "start the release that wrote it");
  }
  const std::string_view zeros =
      bytes.substr(kTrailerZerosAt, kTrailerChecksumAt - kTrailerZerosAt);
  if (zeros.find_first_not_of('\0') != std::string_view::npos) {
    return damaged("its trailer has something where zeros belong");
  }
  BundleTrailer trailer;
  trailer.index_offset = number_at(kTrailerIndexOffsetAt);
  trailer.index_bytes = number_at(kTrailerIndexBytesAt);
  trailer.index_checksum = number_at(kTrailerIndexChecksumAt);
  if (number_at(kTrailerBundleBytesAt) != bundle_bytes) {
    return damaged("it has " + std::to_string(bundle_bytes) + " bytes, its trailer says " +
                   std::to_string(number_at(kTrailerBundleBytesAt)));
  }
  const std::uint64_t body_bytes = bundle_bytes - kBundleTrailerBytes;
  if (trailer.index_offset < kBundleHeaderBytes || trailer.index_offset > body_bytes ||
      trailer.index_bytes != body_bytes - trailer.index_offset) {
    return damaged("its trailer puts the index outside");
  }
  return trailer;
}

Result<BundleIndex> parse_bundle_index(std::string_view bytes, const BundleTrailer& trailer) {
  if (bytes.size() != trailer.index_bytes || bundle_checksum(bytes) != trailer.index_checksum) {
    return damaged("its index has another checksum");
  }
  NumberReader reader(bytes);
  BundleIndex index;
  TRY(index.head, read_head(reader));
  const auto count = reader.varint();
  if (!count || *count > reader.left() / kEntryBytesMin) return index_cut();
  if (index.head.kind == BundleHead::Kind::kSeal && *count > 0) {
    return damaged("a seal that holds something");
  }
  std::uint64_t offset = kBundleHeaderBytes;
  std::uint64_t content_bytes = 0;
  index.entries.reserve(*count);
  for (std::uint64_t i = 0; i < *count; ++i) {
    TRY(Entry entry, read_entry(reader));
    entry.offset = offset;
    if (entry.stored_bytes > trailer.index_offset - offset) {
      return damaged("an entry reaches into the index");
    }
    offset += entry.stored_bytes;
    content_bytes += entry.content_bytes;
    if (content_bytes > limits::kBundleBytesMax) return damaged("it holds more than it may");
    index.entries.push_back(std::move(entry));
  }
  if (reader.left() > 0) return damaged("bytes follow the last line of its index");
  if (offset != trailer.index_offset) return damaged("bytes that belong to no entry");
  return index;
}

Result<BundleIndex> parse_bundle(std::string_view bundle) {
  TRY(const BundleTrailer trailer, parse_bundle_trailer(bundle, bundle.size()));
  if (!bundle.starts_with(encode_header())) return damaged("its header is not a bundle's");
  return parse_bundle_index(bundle.substr(trailer.index_offset, trailer.index_bytes), trailer);
}

Result<std::string> entry_content(const Entry& entry, std::string_view frame) {
  if (frame.size() != entry.stored_bytes) return damaged("an entry is cut");
  TRY(std::string content, decompressed(frame, entry.content_bytes));
  if (bundle_checksum(content) != entry.checksum) {
    return damaged("an entry of " + entry.workspace.str() + " has another checksum");
  }
  if (auto good = check_content(entry, content); !good) return damaged(good.error().message);
  return content;
}

std::vector<std::string_view> event_lines(const Entry& entry, std::string_view content) {
  check(entry.kind == EntryKind::kEvents && check_content(entry, content).ok());
  std::vector<std::string_view> lines;
  lines.reserve(entry.last - entry.first + 1);
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    lines.push_back(content.substr(0, end));
    content.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace coditect::replication
