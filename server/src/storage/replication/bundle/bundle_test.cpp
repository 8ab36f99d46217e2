#include "storage/replication/bundle/bundle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "base/hex.h"
#include "base/storage_limits.h"
#include "storage/replication/bundle/format.h"
#include "storage/replication/bundle/numbers.h"

namespace coditect::replication {
namespace {

BundleHead head_of(std::uint64_t number = 7) {
  BundleHead head;
  head.node = "node_a";
  head.epoch = 3;
  head.number = number;
  head.nonce = "n1";
  return head;
}

Entry events_of(std::string workspace, Sequence first, Sequence last) {
  Entry entry;
  entry.workspace = WorkspaceId(std::move(workspace));
  entry.first = first;
  entry.last = last;
  return entry;
}

Entry named(EntryKind kind, std::string name, Sequence first = 0, Sequence last = 0) {
  Entry entry = events_of("w_demo", first, last);
  entry.kind = kind;
  entry.name = std::move(name);
  return entry;
}

/// One entry of each kind.
std::string small_bundle() {
  BundleWriter writer(head_of());
  EXPECT_TRUE(writer.add(events_of("w_demo", 41, 42), "{\"seq\":41}\n{\"seq\":42}\n").ok());
  EXPECT_TRUE(writer.add(named(EntryKind::kBlob, "ab12.zst"), "a blob").ok());
  EXPECT_TRUE(writer.add(named(EntryKind::kPages, "messages", 40, 42), "").ok());
  return std::move(writer).finish();
}

std::string hex_of(std::string_view bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string frame_of(std::string_view bundle, const Entry& entry) {
  return std::string(bundle.substr(entry.offset, entry.stored_bytes));
}

/// The same bundle with another index, under good checksums: what a broken writer could make.
std::string with_index(const std::string& bundle, const std::string& index) {
  const BundleTrailer old = *parse_bundle_trailer(bundle, bundle.size());
  const BundleTrailer trailer{old.index_offset, index.size(), bundle_checksum(index)};
  return bundle.substr(0, old.index_offset) + index + encode_trailer(trailer);
}

TEST(Bundle, GivesBackWhatWasPutIn) {
  const std::string bundle = small_bundle();
  const auto index = parse_bundle(bundle);
  ASSERT_TRUE(index.ok()) << index.error().message;
  EXPECT_EQ(index->head, head_of());
  ASSERT_EQ(index->entries.size(), 3u);
  const Entry& events = index->entries[0];
  const auto content = entry_content(events, frame_of(bundle, events));
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(event_lines(events, *content),
            (std::vector<std::string_view>{"{\"seq\":41}", "{\"seq\":42}"}));
  EXPECT_EQ(index->entries[1].name, "ab12.zst");
  EXPECT_EQ(*entry_content(index->entries[1], frame_of(bundle, index->entries[1])), "a blob");
  EXPECT_EQ(index->entries[2].last, 42u);
  EXPECT_EQ(*entry_content(index->entries[2], frame_of(bundle, index->entries[2])), "");
}

TEST(Bundle, IsReadFromItsEnd) {
  const std::string bundle = small_bundle();
  const std::string last = bundle.substr(bundle.size() - kBundleTrailerBytes);
  const auto trailer = parse_bundle_trailer(last, bundle.size());
  ASSERT_TRUE(trailer.ok()) << trailer.error().message;
  const auto index =
      parse_bundle_index(bundle.substr(trailer->index_offset, trailer->index_bytes), *trailer);
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(*index, *parse_bundle(bundle));
}

TEST(Bundle, ASealHoldsNothing) {
  const std::string seal = make_seal(head_of());
  const auto index = parse_bundle(seal);
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(index->head.kind, BundleHead::Kind::kSeal);
  EXPECT_TRUE(index->entries.empty());
  BundleHead head = head_of();
  head.kind = BundleHead::Kind::kSeal;
  BundleWriter writer(head);
  EXPECT_FALSE(writer.add(events_of("w", 1, 1), "x\n").ok());
}

TEST(Bundle, TheWriterRefusesWhatAReaderWould) {
  struct Case {
    const char* name;
    Entry entry;
    std::string content;
    Errc code;
  };
  const std::string long_text(kBundleTextBytesMax + 1, 'x');
  const Case cases[] = {
      {"no workspace", events_of("", 1, 1), "x\n", Errc::kInvalid},
      {"a workspace too long", events_of(long_text, 1, 1), "x\n", Errc::kInvalid},
      {"event 0", events_of("w", 0, 0), "x\n", Errc::kInvalid},
      {"numbers that fall", events_of("w", 2, 1), "x\n", Errc::kInvalid},
      {"a line too few", events_of("w", 1, 2), "x\n", Errc::kInvalid},
      {"a line too many", events_of("w", 1, 1), "x\ny\n", Errc::kInvalid},
      {"no newline at the end", events_of("w", 1, 1), "x", Errc::kInvalid},
      {"no line at all", events_of("w", 1, 1), "", Errc::kInvalid},
      {"events with a name", named(EntryKind::kEvents, "x", 1, 1), "x\n", Errc::kInvalid},
      {"a blob without a name", named(EntryKind::kBlob, ""), "x", Errc::kInvalid},
      {"a blob with numbers", named(EntryKind::kBlob, "x", 1, 1), "x", Errc::kInvalid},
      {"a name too long", named(EntryKind::kBlob, long_text), "x", Errc::kInvalid},
      {"a watermark that falls", named(EntryKind::kPages, "db", 2, 1), "x", Errc::kInvalid},
      {"an unknown kind", named(static_cast<EntryKind>(9), "x"), "x", Errc::kInvalid},
      {"too large", named(EntryKind::kBlob, "x"), std::string(limits::kBundleBytesMax + 1, 'x'),
       Errc::kLimit},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    BundleWriter writer(head_of());
    const auto added = writer.add(each.entry, each.content);
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().code, each.code);
    EXPECT_TRUE(writer.empty());
    EXPECT_EQ(std::move(writer).finish(), BundleWriter(head_of()).finish());
  }
}

TEST(Bundle, TheWorkedExampleOfTheFormatPage) {
  BundleWriter writer(head_of());
  ASSERT_TRUE(writer.add(events_of("w_demo", 41, 42), "{\"seq\":41}\n{\"seq\":42}\n").ok());
  const std::string bundle = std::move(writer).finish();
  EXPECT_EQ(hex_of(bundle),
            "434f4449424e444c0100000000000000"
            "28b52ffd2016b100007b22736571223a34317d0a7b22736571223a34327d0a"
            "010307066e6f64655f61026e3101"
            "0106775f64656d6f0029011f16a5c9847f7d8b58c5"
            "2f000000000000002300000000000000dd28a06e951383ce9200000000000000"
            "0100000000000000000000000000000018aa87582d7ebce5434f4449424e444c");
  EXPECT_EQ(hex_of(make_seal(head_of(8))),
            "434f4449424e444c0100000000000000"
            "020308066e6f64655f61026e3100"
            "10000000000000000e00000000000000f080047404b641e25e00000000000000"
            "01000000000000000000000000000000348be1e2ba90e393434f4449424e444c");
}

TEST(Bundle, TheLimitIsOfAllEntriesTogether) {
  BundleWriter writer(head_of());
  const std::string half(limits::kBundleBytesMax / 2, 'x');
  EXPECT_TRUE(writer.add(named(EntryKind::kBlob, "a"), half).ok());
  EXPECT_TRUE(writer.add(named(EntryKind::kBlob, "b"), half).ok());
  EXPECT_FALSE(writer.add(named(EntryKind::kBlob, "c"), "x").ok());
  EXPECT_EQ(writer.content_bytes(), limits::kBundleBytesMax);
  EXPECT_TRUE(parse_bundle(std::move(writer).finish()).ok());
}

/// What a reader takes from a bundle: its head and every content; "" for one that is refused.
std::string all_of(const std::string& bundle) {
  const auto index = parse_bundle(bundle);
  if (!index) return {};
  std::string all = encode_index(*index);
  for (const Entry& entry : index->entries) {
    const auto content = entry_content(entry, frame_of(bundle, entry));
    if (!content) return {};
    all += *content;
  }
  return all;
}

TEST(Bundle, NoFlippedBitChangesWhatIsRead) {
  const std::string good = small_bundle();
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bundle = good;
    bundle[bit / 8] = static_cast<char>(bundle[bit / 8] ^ (1 << bit % 8));
    const std::string read = all_of(bundle);
    // Two bits of a zstd frame's header mean nothing to a decoder.
    EXPECT_TRUE(read.empty() || read == all_of(good)) << "bit " << bit;
    refused += read.empty() ? 1 : 0;
  }
  EXPECT_GE(refused, good.size() * 8 - 2 * 3);
}

TEST(Bundle, EveryCutIsSeen) {
  const std::string good = small_bundle();
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_FALSE(parse_bundle(std::string_view(good).substr(0, bytes)).ok()) << bytes;
  }
  EXPECT_FALSE(parse_bundle(good + "x").ok());
}

TEST(Bundle, AnIndexThatMakesNoSenseIsRefused) {
  const std::string bundle = small_bundle();
  const BundleIndex good = *parse_bundle(bundle);
  ASSERT_TRUE(parse_bundle(with_index(bundle, encode_index(good))).ok());
  struct Case {
    const char* name;
    std::function<void(BundleIndex&)> spoil;
  };
  const Case cases[] = {
      {"no node", [](BundleIndex& index) { index.head.node.clear(); }},
      {"no nonce", [](BundleIndex& index) { index.head.nonce.clear(); }},
      {"epoch 0", [](BundleIndex& index) { index.head.epoch = 0; }},
      {"bundle 0", [](BundleIndex& index) { index.head.number = 0; }},
      {"an unknown kind of bundle",
       [](BundleIndex& index) { index.head.kind = static_cast<BundleHead::Kind>(3); }},
      {"a seal with entries",
       [](BundleIndex& index) { index.head.kind = BundleHead::Kind::kSeal; }},
      {"an unknown kind of entry",
       [](BundleIndex& index) { index.entries[1].kind = static_cast<EntryKind>(0); }},
      {"an entry too few", [](BundleIndex& index) { index.entries.pop_back(); }},
      {"an entry too many",
       [](BundleIndex& index) { index.entries.push_back(index.entries.front()); }},
      {"a frame too long", [](BundleIndex& index) { ++index.entries[2].stored_bytes; }},
      {"a frame too short", [](BundleIndex& index) { --index.entries[0].stored_bytes; }},
      {"a frame beyond all", [](BundleIndex& index) { index.entries[0].stored_bytes = ~0ull; }},
      {"content beyond all", [](BundleIndex& index) { index.entries[0].content_bytes = ~0ull; }},
      {"numbers beyond all",
       [](BundleIndex& index) {
         index.entries[0].first = 2;
         index.entries[0].last = 1;  // a span of 2^64 - 1
       }},
      {"event 0", [](BundleIndex& index) { index.entries[0].first = 0; }},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    BundleIndex index = good;
    each.spoil(index);
    const auto parsed = parse_bundle(with_index(bundle, encode_index(index)));
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().code, Errc::kInternal);
  }
  EXPECT_FALSE(parse_bundle(with_index(bundle, encode_index(good) + "x")).ok());
  EXPECT_FALSE(parse_bundle(with_index(bundle, "")).ok());
}

TEST(Bundle, AnEntryThatLiesAboutItsContentIsRefused) {
  const std::string bundle = small_bundle();
  const Entry good = parse_bundle(bundle)->entries[0];
  const std::string frame = frame_of(bundle, good);
  ASSERT_TRUE(entry_content(good, frame).ok());
  Entry more = good;
  ++more.content_bytes;
  EXPECT_FALSE(entry_content(more, frame).ok());
  Entry less = good;
  --less.content_bytes;
  EXPECT_FALSE(entry_content(less, frame).ok());
  Entry numbers = good;
  ++numbers.last;
  EXPECT_FALSE(entry_content(numbers, frame).ok());
  Entry cut = good;
  --cut.stored_bytes;
  EXPECT_FALSE(entry_content(cut, frame.substr(0, frame.size() - 1)).ok());
  EXPECT_FALSE(entry_content(good, frame + "x").ok());
  EXPECT_FALSE(entry_content(good, "").ok());
}

TEST(Bundle, NamesTheVersionItDoesNotKnow) {
  std::string bundle = small_bundle();
  const std::size_t trailer_at = bundle.size() - kBundleTrailerBytes;
  bundle[trailer_at + kTrailerVersionAt] = 2;
  const std::string_view covered = std::string_view(bundle).substr(trailer_at, kTrailerChecksumAt);
  std::string checksum;
  append_fixed(checksum, bundle_checksum(covered));
  bundle.replace(trailer_at + kTrailerChecksumAt, checksum.size(), checksum);
  const auto parsed = parse_bundle(bundle);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message, "the bundle has version 2, not 1");
  EXPECT_FALSE(parsed.error().hint.empty());
}

TEST(Bundle, NumbersHaveOneFormOnly) {
  struct Case {
    std::string bytes;
    std::optional<std::uint64_t> value;
  };
  using namespace std::string_literals;
  const Case cases[] = {
      {"\x00"s, 0},
      {"\x7f"s, 127},
      {"\x80\x01"s, 128},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, ~0ull},
      {""s, std::nullopt},
      {"\x80"s, std::nullopt},
      {"\x80\x00"s, std::nullopt},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s, std::nullopt},
      {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s, std::nullopt},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(NumberReader(each.bytes).varint(), each.value) << hex_of(each.bytes);
    if (!each.value) continue;
    std::string bytes;
    append_varint(bytes, *each.value);
    EXPECT_EQ(hex_of(bytes), hex_of(each.bytes));
  }
}

RC_GTEST_PROP(BundleProperty, WhatIsWrittenIsRead, ()) {
  BundleWriter writer(head_of(*rc::gen::inRange<std::uint64_t>(1, 1'000'000'000)));
  std::vector<std::string> contents;
  const auto count = *rc::gen::inRange<std::size_t>(0, 12);
  for (std::size_t i = 0; i < count; ++i) {
    Entry entry = named(static_cast<EntryKind>(*rc::gen::inRange(1, 4)), "name");
    std::string content;
    if (entry.kind == EntryKind::kEvents) {
      entry.name.clear();
      entry.first = *rc::gen::inRange<Sequence>(1, ~0ull >> 1);
      entry.last = entry.first + *rc::gen::inRange<Sequence>(0, 5);
      for (Sequence seq = entry.first; seq <= entry.last; ++seq) {
        content += std::string(*rc::gen::inRange<std::size_t>(0, 40), 'e') + "\n";
      }
    } else {
      content = *rc::gen::arbitrary<std::string>();
    }
    RC_ASSERT(writer.add(entry, content).ok());
    contents.push_back(std::move(content));
  }
  const std::string bundle = std::move(writer).finish();
  const auto index = parse_bundle(bundle);
  RC_ASSERT(index.ok());
  RC_ASSERT(index->entries.size() == contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto content = entry_content(index->entries[i], frame_of(bundle, index->entries[i]));
    RC_ASSERT(content.ok());
    RC_ASSERT(*content == contents[i]);
  }
}

}  // namespace
}  // namespace coditect::replication
