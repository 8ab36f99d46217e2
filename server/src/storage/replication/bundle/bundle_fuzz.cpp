#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/bundle/format.h"

// Whatever bytes a bundle holds, reading it neither crashes nor reads outside, every entry that it
// gives lies inside, and an index that is taken is the only form of what it says.
namespace coditect::replication {
namespace {

void read_any(std::string_view bundle) {
  const auto index = parse_bundle(bundle);
  if (!index) return;
  for (const Entry& entry : index->entries) {
    check(entry.offset <= bundle.size() && entry.stored_bytes <= bundle.size() - entry.offset);
    const auto content = entry_content(entry, bundle.substr(entry.offset, entry.stored_bytes));
    if (!content) continue;
    check(content->size() == entry.content_bytes);
    if (entry.kind == EntryKind::kEvents) static_cast<void>(event_lines(entry, *content));
  }
}

/// No input guesses checksums: the index is taken from it and they are put right.
void read_index(std::string_view input) {
  const std::size_t index_bytes =
      input.size() - input.size() * static_cast<unsigned char>(input.front()) / 512;
  const std::string_view index = input.substr(input.size() - index_bytes);
  std::string bundle = encode_header();
  bundle += input.substr(0, input.size() - index_bytes);
  BundleTrailer trailer;
  trailer.index_offset = bundle.size();
  trailer.index_bytes = index.size();
  trailer.index_checksum = bundle_checksum(index);
  bundle += index;
  bundle += encode_trailer(trailer);
  const auto parsed = parse_bundle(bundle);
  if (parsed) check(encode_index(*parsed) == index);
  read_any(bundle);
}

void write(std::string_view input) {
  BundleHead head;
  head.node = "node";
  head.epoch = 1;
  head.number = 1;
  head.nonce = "nonce";
  BundleWriter writer(head);
  std::size_t taken = 0;
  while (!input.empty() && taken < 8) {
    const std::size_t bytes = 1 + static_cast<unsigned char>(input.front()) % input.size();
    Entry entry;
    entry.workspace = WorkspaceId("w");
    entry.kind = static_cast<EntryKind>(1 + bytes % 3);
    entry.first = entry.kind == EntryKind::kBlob ? 0 : 1;
    entry.last = entry.first;
    if (entry.kind != EntryKind::kEvents) entry.name = "name";
    if (writer.add(entry, input.substr(0, bytes))) ++taken;
    input.remove_prefix(bytes);
  }
  const std::string bundle = std::move(writer).finish();
  const auto index = parse_bundle(bundle);
  check(index && index->entries.size() == taken);
  for (const Entry& entry : index->entries) {
    const std::string_view frame = std::string_view(bundle).substr(entry.offset);
    check(entry_content(entry, frame.substr(0, entry.stored_bytes)).ok());
  }
}

}  // namespace
}  // namespace coditect::replication

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  coditect::replication::read_any(input);
  if (size == 0) return 0;
  coditect::replication::read_index(input);
  coditect::replication::write(input);
  return 0;
}
