#include "storage/replication/pages/page_delta.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/storage_limits.h"
#include "storage/replication/pages/delta_checksum.h"
#include "storage/replication/pages/delta_reader.h"
#include "storage/replication/pages/delta_writer.h"

namespace coditect::replication {
namespace {

using Pages = std::vector<std::pair<std::uint32_t, std::string>>;

constexpr std::uint32_t kPageSize = 512;

DeltaHead head_of(const Pages& pages) {
  return {.page_size = kPageSize,
          .page_count = 100,
          .pages = static_cast<std::uint32_t>(pages.size()),
          .applied_before = 41,
          .applied_after = 42,
          .checksum_before = 7,
          .checksum_after = 8};
}

std::string written(const DeltaHead& head, const Pages& pages) {
  std::string bytes;
  DeltaWriter writer(head, [&](std::string_view part) -> Result<void> {
    bytes += part;
    return {};
  });
  for (const auto& [number, page] : pages) EXPECT_TRUE(writer.add(number, page));
  EXPECT_TRUE(writer.finish());
  return bytes;
}

struct Read {
  Result<DeltaHead> result;
  Pages pages;
};

Read read_in_parts(std::string_view bytes, const std::vector<std::size_t>& sizes) {
  Read read;
  DeltaReader reader({.head = [](const DeltaHead&) { return Result<void>(); },
                      .page = [&](std::uint32_t number, std::string_view page) -> Result<void> {
                        read.pages.emplace_back(number, page);
                        return {};
                      }});
  Result<void> fed;
  for (std::size_t i = 0; fed && !bytes.empty(); ++i) {
    const std::size_t size = i < sizes.size() ? std::min(sizes[i], bytes.size()) : bytes.size();
    fed = reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  read.result = reader.finish();
  return read;
}

Read read_whole(std::string_view bytes) { return read_in_parts(bytes, {}); }

Pages three_pages() {
  return {{2, std::string(kPageSize, 'a')},
          {3, std::string(kPageSize, 'b')},
          {100, std::string(kPageSize, 'c')}};
}

TEST(PageHash, TellsThePlaceOfAPage) {
  const std::string page(4096, 'x');
  EXPECT_NE(page_hash(1, page), page_hash(2, page));
  EXPECT_EQ(page_hash(1, page), page_hash(1, page));
  EXPECT_NE(page_hash(1, page), page_hash(1, std::string(4096, 'y')));
}

TEST(DeltaHead, RefusesWhatNoDeltaCanBe) {
  struct Case {
    const char* what;
    std::function<void(DeltaHead&)> change;
  };
  const Case cases[] = {
      {"no pages", [](DeltaHead& h) { h.pages = 0; }},
      {"more pages than the database", [](DeltaHead& h) { h.pages = h.page_count + 1; }},
      {"an empty database", [](DeltaHead& h) { h.page_count = h.pages = 0; }},
      {"page size 0", [](DeltaHead& h) { h.page_size = 0; }},
      {"page size 256", [](DeltaHead& h) { h.page_size = 256; }},
      {"page size 1000", [](DeltaHead& h) { h.page_size = 1000; }},
      {"page size 131072", [](DeltaHead& h) { h.page_size = 131'072; }},
      {"the watermark stays", [](DeltaHead& h) { h.applied_after = h.applied_before; }},
      {"the watermark falls", [](DeltaHead& h) { h.applied_after = 40; }},
      {"a snapshot of nothing applied",
       [](DeltaHead& h) { h.applied_before = h.applied_after = 0; }},
      {"a snapshot after something",
       [](DeltaHead& h) {
         h.applied_before = 0;
         h.pages = h.page_count;
       }},
      {"a snapshot that lacks pages",
       [](DeltaHead& h) { h.applied_before = h.checksum_before = 0; }},
      {"a delta beyond its limit",
       [](DeltaHead& h) {
         h.page_size = 65'536;
         h.page_count = h.pages = limits::kPageDeltaBytesMax / 65'536;
       }},
      {"a database beyond its limit",
       [](DeltaHead& h) {
         h.page_size = 65'536;
         h.page_count = limits::kShippedDatabaseBytesMax / 65'536 + 1;
       }},
  };
  DeltaHead sound = head_of(three_pages());
  ASSERT_TRUE(check_head(sound));
  for (const Case& c : cases) {
    DeltaHead head = sound;
    c.change(head);
    EXPECT_FALSE(check_head(head)) << c.what;
  }
}

TEST(DeltaHead, FindsEveryDamagedByte) {
  const DeltaHead head = head_of(three_pages());
  const std::string bytes = encode_head(head);
  ASSERT_EQ(bytes.size(), kDeltaHeadBytes);
  const auto parsed = parse_head(bytes);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, head);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_FALSE(parse_head(damaged)) << "byte " << i;
  }
}

RC_GTEST_PROP(Delta, ReadsWhatWasWrittenWhateverTheParts, ()) {
  const auto numbers = *rc::gen::nonEmpty(
      rc::gen::unique<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 101)));
  std::vector<std::uint32_t> sorted(numbers);
  std::ranges::sort(sorted);
  Pages pages;
  for (const std::uint32_t number : sorted) {
    const char letter = *rc::gen::arbitrary<char>();
    pages.emplace_back(number, std::string(kPageSize, letter));
  }
  const DeltaHead head = head_of(pages);
  const std::string bytes = written(head, pages);
  RC_ASSERT(bytes.size() == head.encoded_bytes());
  const auto sizes =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 1500));
  const Read read = read_in_parts(bytes, sizes);
  RC_ASSERT(read.result.ok());
  RC_ASSERT(*read.result == head);
  RC_ASSERT(read.pages == pages);
}

TEST(Delta, RefusesEveryDamagedByteAndEveryCut) {
  const std::string bytes = written(head_of(three_pages()), three_pages());
  ASSERT_TRUE(read_whole(bytes).result);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const Read read = read_whole(damaged);
    ASSERT_FALSE(read.result) << "byte " << i;
    EXPECT_EQ(read.result.error().code, Errc::kInternal);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(read_whole(std::string_view(bytes).substr(0, size)).result) << size << " bytes";
  }
  EXPECT_FALSE(read_whole(bytes + "x").result);
  EXPECT_FALSE(read_whole(bytes + bytes).result);
}

// With the checksums of somebody who computes them, but pages that no writer gives.
TEST(Delta, RefusesPagesInTheWrongOrder) {
  struct Case {
    const char* what;
    std::uint32_t numbers[3];
  };
  const Case cases[] = {{"twice", {2, 2, 3}},
                        {"backwards", {3, 2, 4}},
                        {"beyond the database", {2, 3, 101}},
                        {"page 0", {0, 1, 2}}};
  for (const Case& c : cases) {
    std::string bytes = encode_head(head_of(three_pages()));
    const std::uint64_t seed = head_checksum(bytes);
    for (const std::uint32_t number : c.numbers) {
      bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
      bytes += std::string(kPageSize, 'x');
    }
    DeltaChecksum checksum;
    checksum.begin(seed);
    checksum.add(std::string_view(bytes).substr(kDeltaHeadBytes));
    const std::uint64_t value = checksum.value();
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    const Read read = read_whole(bytes);
    ASSERT_FALSE(read.result) << c.what;
    EXPECT_NE(read.result.error().message.find("page"), std::string::npos);
  }
}

TEST(Delta, PagesFitNoOtherHead) {
  DeltaHead other = head_of(three_pages());
  other.applied_after = 43;
  const std::string bytes = written(head_of(three_pages()), three_pages());
  EXPECT_FALSE(read_whole(encode_head(other) + bytes.substr(kDeltaHeadBytes)).result);
}

TEST(Delta, AReaderThatFailedStaysFailed) {
  const std::string bytes = written(head_of(three_pages()), three_pages());
  int pages = 0;
  DeltaReader reader({.head = [](const DeltaHead&) { return Result<void>(); },
                      .page = [&](std::uint32_t, std::string_view) -> Result<void> {
                        ++pages;
                        return unavailable("the disk is full");
                      }});
  EXPECT_FALSE(reader.feed(bytes));
  EXPECT_FALSE(reader.feed(bytes));
  const auto result = reader.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the disk is full");
  EXPECT_EQ(pages, 1);
}

TEST(Delta, AWriterPassesItsSinksErrorOn) {
  const DeltaHead head = head_of(three_pages());
  DeltaWriter writer(head, [](std::string_view) -> Result<void> { return unavailable("full"); });
  for (const auto& [number, page] : three_pages()) EXPECT_TRUE(writer.add(number, page));
  EXPECT_FALSE(writer.finish());
}

std::string hex(std::string_view bytes) {
  std::string text;
  char pair[4];
  for (const char byte : bytes) {
    std::snprintf(pair, sizeof pair, "%02x ", static_cast<unsigned char>(byte));
    text += pair;
  }
  return text;
}

TEST(Delta, TheWorkedExampleOfTheFormatPage) {
  const std::string page(kPageSize, 'p');
  const DeltaHead head{.page_size = kPageSize,
                       .page_count = 3,
                       .pages = 1,
                       .applied_before = 41,
                       .applied_after = 42,
                       .checksum_before = 0x0123456789abcdef,
                       .checksum_after = 0x0123456789abcdef ^ page_hash(3, page)};
  const std::string bytes = written(head, {{3, page}});
  const std::string_view view(bytes);
  EXPECT_EQ(bytes.size(), 588u);
  EXPECT_EQ(hex(view.substr(0, 64)),
            "43 4f 44 49 50 41 47 45 01 00 00 00 00 02 00 00 "
            "03 00 00 00 01 00 00 00 29 00 00 00 00 00 00 00 "
            "2a 00 00 00 00 00 00 00 ef cd ab 89 67 45 23 01 "
            "ce 82 c2 a3 51 b6 a6 9c 9b 8d 4e d0 de 83 7c 96 ");
  EXPECT_EQ(hex(view.substr(64, 12)), "03 00 00 00 70 70 70 70 70 70 70 70 ");
  EXPECT_EQ(hex(view.substr(580)), "a3 c8 25 ad 6f ea 7e d4 ");
}

}  // namespace
}  // namespace coditect::replication
