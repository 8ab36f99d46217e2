#include "storage/journal/format.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hex.h"
#include "storage/journal/segment_reader.h"

namespace coditect::journal {
namespace {

constexpr std::uint64_t kSalt = 0x0123456789abcdef;

SegmentHeader header_of(std::size_t bytes) {
  SegmentHeader header;
  header.id = 7;
  header.salt = kSalt;
  header.oldest = 3;
  header.previous_end = 5000;
  header.segment_bytes = bytes;
  return header;
}

std::string hex_of(std::string_view bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

/// A segment under construction: each batch is one write of the journal.
struct SegmentBuilder {
  std::string bytes = std::string(kHeaderBytes, '\0');

  /// Returns the offset of the batch.
  std::size_t batch(const std::vector<Record>& records) {
    const std::size_t begin = bytes.size();
    for (const Record& record : records) {
      encode_record(bytes, record, static_cast<std::uint32_t>(bytes.size()),
                    static_cast<std::uint32_t>(begin), kSalt);
    }
    return begin;
  }
  std::string padded_to(std::size_t size) const {
    std::string all = bytes;
    all.resize(size, '\0');
    return all;
  }
};

Record sample(Sequence seq) { return {WorkspaceId("w_a"), seq, "line " + std::to_string(seq)}; }

TEST(JournalFormat, TheWorkedExampleOfTheFormatPage) {
  std::string out;
  encode_record(out, {WorkspaceId("w_demo"), 42, R"({"seq":42})"}, 4096, 4096, kSalt);
  EXPECT_EQ(hex_of(out),
            "b971bc43e18aeb9700100000001000002a000000000000000a00000006000000"
            "775f64656d6f7b22736571223a34327d");
  EXPECT_EQ(hex_of(encode_header(header_of(67'108'864))),
            "434f44494a524e4c01000000000000000700000000000000efcdab8967452301"
            "030000000000000088130000000000000000000400000000"
            "30ca96d72900b195");
}

TEST(JournalFormat, HeaderComesBack) {
  const SegmentHeader header = header_of(1u << 20);
  const auto again = parse_header(encode_header(header));
  ASSERT_TRUE(again && *again);
  EXPECT_EQ(**again, header);
}

TEST(JournalFormat, ZerosAreNoHeader) {
  const auto none = parse_header(std::string(kHeaderUsedBytes, '\0'));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(JournalFormat, EveryDamagedByteOfAHeaderIsNoticed) {
  const std::string good = encode_header(header_of(1u << 20));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    EXPECT_FALSE(parse_header(bad)) << i;
  }
}

RC_GTEST_PROP(JournalFormat, RecordComesBack, ()) {
  const Record record{WorkspaceId(*rc::gen::string<std::string>().as("workspace")),
                      *rc::gen::arbitrary<Sequence>(), *rc::gen::string<std::string>()};
  RC_PRE(record.workspace.str().size() <= kWorkspaceBytesMax);
  SegmentBuilder segment;
  segment.batch({record});
  const auto view = parse_record(segment.bytes, kHeaderBytes, kSalt);
  RC_ASSERT(view.has_value());
  RC_ASSERT(view->workspace == record.workspace.str());
  RC_ASSERT(view->line == record.line);
  RC_ASSERT(view->seq == record.seq);
  RC_ASSERT(view->bytes == encoded_bytes(record));
  RC_ASSERT(!parse_record(segment.bytes, kHeaderBytes, kSalt + 1));
}

TEST(JournalFormat, EveryDamagedByteOfARecordIsNoticed) {
  SegmentBuilder segment;
  segment.batch({sample(1)});
  const std::size_t used = kRecordHeaderBytes + 3 + 6;
  for (std::size_t i = 0; i < used; ++i) {
    std::string bad = segment.bytes;
    bad[kHeaderBytes + i] = static_cast<char>(bad[kHeaderBytes + i] ^ 1);
    EXPECT_FALSE(parse_record(bad, kHeaderBytes, kSalt)) << i;
  }
}

struct ReaderCase {
  const char* name;
  std::vector<std::vector<Sequence>> batches;
  std::vector<Sequence> damaged;              ///< a byte of each of these is flipped
  bool is_last;                               ///< no later segment says where this one ends
  std::optional<std::vector<Sequence>> read;  ///< nothing: refused as damage
};

TEST(SegmentReader, TellsATornTailFromDamage) {
  const ReaderCase cases[] = {
      {"empty", {}, {}, true, {{}}},
      {"whole", {{1, 2}, {3}}, {}, true, {{1, 2, 3}}},
      {"last record torn", {{1}, {2, 3}}, {3}, true, {{1, 2}}},
      {"middle of the last batch torn", {{1}, {2, 3, 4}}, {3}, true, {{1, 2}}},
      {"first of the last batch torn, its others good", {{1}, {2, 3}}, {2}, true, {{1}}},
      {"the only batch torn", {{1, 2}}, {1}, true, {{}}},
      {"one before the last batch", {{1}, {2}}, {1}, true, {}},
      {"one before the last batch, which is torn", {{1, 2}, {3, 4}}, {2, 3}, true, {}},
      {"last record of a sealed segment", {{1}, {2}}, {2}, false, {}},
      {"a sealed segment", {{1}, {2}}, {}, false, {{1, 2}}},
  };
  for (const ReaderCase& c : cases) {
    SegmentBuilder segment;
    std::map<Sequence, std::size_t> places;
    for (const auto& batch : c.batches) {
      std::vector<Record> records;
      std::size_t at = segment.bytes.size();
      for (Sequence seq : batch) {
        places[seq] = at;
        records.push_back(sample(seq));
        at += encoded_bytes(records.back());
      }
      segment.batch(records);
    }
    const std::size_t end = segment.bytes.size();
    std::string bytes = segment.padded_to(16'384);
    for (Sequence seq : c.damaged) bytes[places[seq] + 9] ^= 1;
    std::vector<Sequence> read;
    const auto known_end = c.is_last ? std::nullopt : std::optional<std::uint64_t>(end);
    const auto result = read_segment(bytes, header_of(bytes.size()), known_end,
                                     [&](const RecordView& view) -> Result<void> {
                                       read.push_back(view.seq);
                                       return {};
                                     });
    EXPECT_EQ(result.ok(), c.read.has_value()) << c.name;
    if (c.read) EXPECT_EQ(read, *c.read) << c.name;
    if (!result) {
      EXPECT_EQ(result.error().code, Errc::kInternal) << c.name;
      EXPECT_NE(result.error().message.find("offset " + std::to_string(places[c.damaged[0]])),
                std::string::npos)
          << c.name << ": " << result.error().message;
    }
  }
}

TEST(SegmentReader, OldContentOfARecycledSegmentIsNoRecord) {
  SegmentBuilder old;
  old.batch({sample(1), sample(2), sample(3)});
  old.batch({sample(4)});
  SegmentHeader header = header_of(old.bytes.size());
  header.salt = kSalt + 1;
  std::string bytes = old.bytes;
  std::string fresh;
  encode_record(fresh, sample(9), kHeaderBytes, kHeaderBytes, header.salt);
  bytes.replace(kHeaderBytes, fresh.size(), fresh);
  std::vector<Sequence> read;
  const auto end = read_segment(bytes, header, std::nullopt, [&](const RecordView& view) {
    read.push_back(view.seq);
    return Result<void>();
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(read, std::vector<Sequence>{9});
  EXPECT_EQ(*end, kHeaderBytes + fresh.size());
}

TEST(SegmentReader, RefusesACutSegmentAndASenselessEnd) {
  SegmentBuilder segment;
  segment.batch({sample(1)});
  const auto ignore = [](const RecordView&) { return Result<void>(); };
  const std::string& bytes = segment.bytes;
  EXPECT_FALSE(read_segment(bytes, header_of(bytes.size() + 1), std::nullopt, ignore));
  EXPECT_FALSE(read_segment(bytes, header_of(bytes.size()), bytes.size() + 1, ignore));
  EXPECT_FALSE(read_segment(bytes, header_of(bytes.size()), 0, ignore));
}

}  // namespace
}  // namespace coditect::journal
