#include "storage/archive/archive.h"

#include <gtest/gtest.h>

#include "storage/archive/archive_reader.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/verify.h"

namespace coditect::archive {
namespace {

class ArchiveTest : public ::testing::Test {
 protected:
  Archive open() {
    auto archive = Archive::open(folder(), options_);
    EXPECT_TRUE(archive) << archive.error().message;
    return *std::move(archive);
  }
  std::filesystem::path folder() const { return temporary_.path() / "sessions"; }
  std::filesystem::path segment(Sequence first) const { return folder() / segment_name(first); }
  /// An archive of `count` events on disk.
  std::vector<std::string> written(std::size_t count) {
    const std::vector<std::string> lines = next_lines({}, count);
    Archive archive = open();
    EXPECT_TRUE(archive.append(lines));
    EXPECT_TRUE(archive.sync());
    return lines;
  }
  std::vector<std::string> read_from(Sequence from) {
    std::vector<std::string> lines;
    const auto result = ArchiveReader(folder()).read(
        from, [&](std::string_view line, Sequence seq) -> Result<bool> {
          EXPECT_EQ(seq, std::max<Sequence>(from, 1) + lines.size());
          lines.emplace_back(line);
          return true;
        });
    EXPECT_TRUE(result) << result.error().message;
    return lines;
  }
  Report verified() {
    auto report = verify(folder());
    EXPECT_TRUE(report);
    return *std::move(report);
  }

  TemporaryFolder temporary_;
  Archive::Options options_;
};

TEST_F(ArchiveTest, AnEmptyFolderIsAnEmptyLog) {
  const Archive archive = open();
  EXPECT_EQ(archive.head().seq, 0u);
  EXPECT_EQ(archive.head().hash, kZeroHash);
  EXPECT_TRUE(read_from(1).empty());
  EXPECT_TRUE(verified().ok());
}

TEST_F(ArchiveTest, HeadComesBack) {
  const auto lines = written(5);
  const Archive archive = open();
  EXPECT_EQ(archive.head(), (Head{5, sha256_hex(lines.back())}));
  EXPECT_EQ(archive.dropped_bytes(), 0u);
  EXPECT_EQ(read_from(0), lines);
  EXPECT_EQ(verified().events, 5u);
}

TEST_F(ArchiveTest, SegmentsBeginWhereOneIsFull) {
  options_.segment_bytes = 1000;
  const auto lines = next_lines({}, 40);
  Archive archive = open();
  ASSERT_TRUE(archive.append(std::span(lines).first(3)));
  ASSERT_TRUE(archive.append(std::span(lines).subspan(3)));
  ASSERT_TRUE(archive.sync());
  const auto segments = list_segments(folder());
  ASSERT_TRUE(segments);
  EXPECT_GT(segments->size(), 5u);
  for (Sequence first : *segments) {
    EXPECT_LE(std::filesystem::file_size(segment(first)), options_.segment_bytes);
  }
  for (Sequence from : {1u, 2u, 7u, 20u, 39u, 40u}) {
    EXPECT_EQ(read_from(from),
              std::vector(lines.begin() + static_cast<long>(from) - 1, lines.end()));
  }
  EXPECT_TRUE(read_from(41).empty());
  EXPECT_TRUE(read_from(4'000).empty());
  EXPECT_TRUE(verified().ok());
  EXPECT_EQ(open().head().seq, 40u);
}

TEST_F(ArchiveTest, ALineLongerThanASegmentGetsItsOwn) {
  options_.segment_bytes = 1000;
  Archive archive = open();
  for (std::size_t bytes : {10u, 5000u, 10u, 5000u, 5000u}) {
    const std::vector<std::string> lines = {next_line(archive.head(), std::string(bytes, 'x'))};
    ASSERT_TRUE(archive.append(lines));
  }
  EXPECT_EQ(list_segments(folder())->size(), 5u);
  EXPECT_EQ(read_from(1).size(), 5u);
  EXPECT_TRUE(verified().ok());
}

TEST_F(ArchiveTest, RefusesWhatDoesNotFollow) {
  written(3);
  Archive archive = open();
  const Head head = archive.head();
  const std::string good = next_line(head);
  const std::string cases[] = {
      next_line({3, head.hash}).replace(7, 1, "5"),    // a gap
      next_line({2, head.hash}),                       // again
      next_line({3, kZeroHash}),                       // another predecessor
      good + "\n" + next_line({4, sha256_hex(good)}),  // two lines
      good.substr(0, good.size() - 1),                 // torn
      " " + good,                                      // does not begin with seq
      "",
      "{}",
  };
  for (const std::string& line : cases) {
    const std::vector<std::string> lines = {line};
    const auto refused = archive.append(lines);
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, Errc::kInvalid) << line;
  }
  const std::vector<std::string> half_good = {good, "{}"};
  EXPECT_FALSE(archive.append(half_good));
  EXPECT_EQ(archive.head(), head);
  EXPECT_EQ(open().head(), head);
}

TEST_F(ArchiveTest, WhatACrashLeftOfTheLastLineIsDropped) {
  const auto lines = written(3);
  const std::string whole = *read_file(segment(1));
  const std::string two = lines[0] + "\n" + lines[1] + "\n";
  struct Case {
    const char* name;
    std::string bytes;
    Sequence head;
  };
  const Case cases[] = {
      {"no newline", whole.substr(0, whole.size() - 1), 2},
      {"half a line", two + lines[2].substr(0, 40), 2},
      {"zeros", whole + std::string(5000, '\0'), 3},
      {"an unparsable line", two + "{\"seq\":3,garbage}\n", 2},
      {"an unparsable line and a torn one", two + "garbage\n{\"se", 2},
      {"an empty line", whole + "\n", 3},
      {"the first line only, torn", lines[0].substr(0, 10), 0},
      {"the first line only, unparsable", "garbage\n", 0},
      {"an empty file", "", 0},
  };
  for (const Case& c : cases) {
    overwrite(segment(1), c.bytes);
    Archive archive = open();
    EXPECT_EQ(archive.head().seq, c.head) << c.name;
    EXPECT_EQ(read_from(1).size(), c.head) << c.name;
    const auto rest = next_lines(archive.head(), 2);
    EXPECT_TRUE(archive.append(rest)) << c.name;
    EXPECT_TRUE(archive.sync());
    EXPECT_TRUE(verified().ok()) << c.name;
    EXPECT_EQ(open().head().seq, c.head + 2) << c.name;
    EXPECT_EQ(open().dropped_bytes(), 0u) << c.name;
  }
}

TEST_F(ArchiveTest, DamageElsewhereIsRefusedAndNothingChanges) {
  const auto lines = written(3);
  const std::string cases[] = {
      lines[0] + "\n" + "garbage\n" + "garbage\n",
      lines[0] + "\n" + "garbage\n" + lines[2] + "\n",
      lines[0] + "\n" + next_line({1, sha256_hex(lines[0])}, "forged") + "\n" + lines[2] + "\n",
      lines[1] + "\n",
      std::string(3, '\n'),
  };
  for (const std::string& bytes : cases) {
    overwrite(segment(1), bytes);
    const auto opened = Archive::open(folder());
    ASSERT_FALSE(opened) << bytes;
    EXPECT_EQ(opened.error().code, Errc::kInternal);
    EXPECT_NE(opened.error().message.find("offset"), std::string::npos);
    EXPECT_FALSE(opened.error().hint.empty());
    EXPECT_EQ(*read_file(segment(1)), bytes);
  }
}

TEST_F(ArchiveTest, ASealedSegmentIsNeverCut) {
  options_.segment_bytes = 600;
  written(9);
  const auto segments = list_segments(folder());
  ASSERT_TRUE(segments);
  ASSERT_GE(segments->size(), 3u);
  const std::filesystem::path sealed = segment((*segments)[segments->size() - 2]);
  overwrite(segment(segments->back()), "{\"torn");
  overwrite(sealed, *read_file(sealed) + "{\"torn");
  EXPECT_FALSE(Archive::open(folder()));
  EXPECT_TRUE(read_file(sealed)->ends_with("{\"torn"));
}

TEST_F(ArchiveTest, ASegmentOfWhichNothingSurvivedIsBegunAnew) {
  options_.segment_bytes = 600;
  written(6);
  const Sequence last = list_segments(folder())->back();
  overwrite(segment(last), "{\"seq\":");
  Archive archive = open();
  EXPECT_EQ(archive.head().seq, last - 1);
  const auto lines = next_lines(archive.head(), 4);
  ASSERT_TRUE(archive.append(lines));
  EXPECT_TRUE(verified().ok());
  EXPECT_EQ(read_from(1).size(), last + 3);
}

TEST_F(ArchiveTest, AFolderThatCannotBeWrittenIsAnError) {
  overwrite(temporary_.path() / "sessions", "a file");
  EXPECT_FALSE(Archive::open(folder()));
  EXPECT_FALSE(verify(folder()));
}

TEST_F(ArchiveTest, AFailedAppendCanBeRepeated) {
  Archive archive = open();
  const auto lines = next_lines({}, 2);
  ASSERT_TRUE(archive.append(std::span(lines).first(1)));
  const auto hidden = temporary_.path() / "hidden";
  std::filesystem::rename(folder(), hidden);
  EXPECT_FALSE(archive.append(std::span(lines).subspan(1)));
  EXPECT_EQ(archive.head().seq, 1u);
  std::filesystem::rename(hidden, folder());
  EXPECT_TRUE(archive.append(std::span(lines).subspan(1)));
  EXPECT_TRUE(archive.sync());
  EXPECT_TRUE(verified().ok());
  EXPECT_EQ(read_from(1), lines);
}

TEST_F(ArchiveTest, AFailedSyncIsRemembered) {
  Archive archive = open();
  const auto lines = next_lines({}, 2);
  ASSERT_TRUE(archive.append(std::span(lines).first(1)));
  const auto hidden = temporary_.path() / "hidden";
  std::filesystem::rename(folder(), hidden);
  EXPECT_FALSE(archive.sync());
  std::filesystem::rename(hidden, folder());
  EXPECT_FALSE(archive.sync());
  EXPECT_FALSE(archive.append(std::span(lines).subspan(1)));
  EXPECT_TRUE(open().append(std::span(lines).subspan(1)));
}

TEST_F(ArchiveTest, ReadsWhileALineIsBeingWritten) {
  const auto lines = written(3);
  overwrite(segment(1), lines[0] + "\n" + lines[1] + "\n" + lines[2].substr(0, 30));
  EXPECT_EQ(read_from(1).size(), 2u);
  EXPECT_EQ(read_from(2).size(), 1u);
  EXPECT_TRUE(read_from(3).empty());
  EXPECT_EQ(*ArchiveReader(folder()).line(2), lines[1]);
  EXPECT_EQ(ArchiveReader(folder()).line(3).error().code, Errc::kNotFound);
  overwrite(segment(1), "{\"s");
  EXPECT_TRUE(read_from(1).empty());
  EXPECT_TRUE(read_from(9).empty());
}

TEST_F(ArchiveTest, ReadingStopsWhereItIsTold) {
  written(10);
  std::size_t seen = 0;
  ASSERT_TRUE(ArchiveReader(folder()).read(
      3, [&](std::string_view, Sequence) -> Result<bool> { return ++seen < 4; }));
  EXPECT_EQ(seen, 4u);
  const auto failed = ArchiveReader(folder()).read(
      3, [&](std::string_view, Sequence) -> Result<bool> { return invalid("enough"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "enough");
}

TEST_F(ArchiveTest, ReadingMeetsDamage) {
  options_.segment_bytes = 600;
  written(9);
  const auto segments = *list_segments(folder());
  const auto read_all = [&] {
    return ArchiveReader(folder()).read(
        1, [](std::string_view, Sequence) -> Result<bool> { return true; });
  };
  ASSERT_TRUE(read_all());
  const std::string good = *read_file(segment(segments[1]));
  overwrite(segment(segments[1]), "garbage\n" + good);
  EXPECT_EQ(read_all().error().code, Errc::kInternal);
  overwrite(segment(segments[1]), good + good);
  EXPECT_EQ(read_all().error().code, Errc::kInternal);
  std::filesystem::remove(segment(segments[1]));
  EXPECT_EQ(read_all().error().code, Errc::kInternal);
  std::filesystem::remove(segment(segments[0]));
  EXPECT_EQ(read_all().error().code, Errc::kInternal);
}

TEST_F(ArchiveTest, VerifyNamesTheLineAndWhatToDo) {
  const auto lines = written(4);
  const auto joined = [](const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += part + "\n";
    return all;
  };
  struct Case {
    const char* name;
    std::string bytes;
    std::uint64_t line;
    const char* what;
  };
  const std::string forged = next_line({1, sha256_hex(lines[0])}, "forged");
  const Case cases[] = {
      {"changed", joined({lines[0], forged, lines[2], lines[3]}), 3, "names another line"},
      {"gone", joined({lines[0], lines[2], lines[3]}), 2, "event 3 instead of 2"},
      {"twice", joined({lines[0], lines[0], lines[1]}), 2, "event 1 instead of 2"},
      {"no JSON", joined({lines[0], "{garbage", lines[2], lines[3]}), 2, "is no event"},
      {"torn", joined({lines[0]}) + lines[1].substr(0, 9), 2, "torn: 9 bytes"},
      {"empty", "", 0, "is empty"},
      {"interleaved", joined({lines[0], lines[1].substr(0, 50) + lines[2], lines[3]}), 2,
       "is no event"},
  };
  for (const Case& c : cases) {
    overwrite(segment(1), c.bytes);
    const Report report = verified();
    ASSERT_FALSE(report.ok()) << c.name;
    const Problem& problem = report.problems.front();
    EXPECT_EQ(problem.file, segment_name(1)) << c.name;
    EXPECT_EQ(problem.line, c.line) << c.name;
    EXPECT_NE(problem.what.find(c.what), std::string::npos) << c.name << ": " << problem.what;
    EXPECT_FALSE(problem.hint.empty()) << c.name;
  }
}

TEST_F(ArchiveTest, VerifyFindsMissingAndStrangeFiles) {
  options_.segment_bytes = 600;
  written(9);
  const auto segments = *list_segments(folder());
  overwrite(folder() / "notes.txt", "mine");
  EXPECT_TRUE(verified().ok());
  overwrite(folder() / "2.jsonl", "");
  EXPECT_EQ(verified().problems.size(), 1u);
  std::filesystem::remove(folder() / "2.jsonl");
  std::filesystem::remove(segment(segments[1]));
  const Report report = verified();
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(report.problems[0].file, segment_name(segments[2]));
  EXPECT_EQ(verify(folder() / "none").error().code, Errc::kNotFound);
}

TEST_F(ArchiveTest, VerifyDescribesSoManyProblemsAndNoMore) {
  open();
  std::string bytes;
  for (std::size_t i = 0; i < 2 * kProblemsMax; ++i) bytes += "garbage\n";
  overwrite(segment(1), bytes);
  EXPECT_EQ(verified().problems.size(), kProblemsMax + 1);
}

struct NameCase {
  const char* name;
  std::optional<Sequence> first;
};

TEST(SegmentFiles, Names) {
  const NameCase cases[] = {
      {"00000000000000000001.jsonl", 1},
      {"18446744073709551615.jsonl", UINT64_MAX},
      {"18446744073709551616.jsonl", std::nullopt},
      {"00000000000000000000.jsonl", std::nullopt},
      {"0000000000000000001.jsonl", std::nullopt},
      {"0000000000000000001x.jsonl", std::nullopt},
      {"00000000000000000001.json", std::nullopt},
      {"", std::nullopt},
  };
  for (const NameCase& c : cases) EXPECT_EQ(parse_segment_name(c.name), c.first) << c.name;
  EXPECT_EQ(segment_name(1), cases[0].name);
  EXPECT_EQ(segment_name(UINT64_MAX), cases[1].name);
}

TEST(SegmentFiles, SequenceOfALine) {
  const NameCase cases[] = {
      {R"({"seq":42,"ts")", 42},
      {R"({"seq":42})", 42},
      {R"({"seq":42)", std::nullopt},
      {R"({"seq":0,)", std::nullopt},
      {R"({"seq":-1,)", std::nullopt},
      {R"({"seq":1.5,)", std::nullopt},
      {R"({"seq": 1,)", std::nullopt},
      {R"( {"seq":1,)", std::nullopt},
      {R"({"seq":"1",)", std::nullopt},
      {"", std::nullopt},
      {R"({"seq":18446744073709551616,)", std::nullopt},
  };
  for (const NameCase& c : cases) EXPECT_EQ(line_sequence(c.name), c.first) << c.name;
}

}  // namespace
}  // namespace coditect::archive
