#include "registry/recovery.h"

#include <gtest/gtest.h>

#include "storage/archive/archive.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/replication/node/aside_copies.h"

namespace coditect::registry {
namespace {

namespace fs = std::filesystem;

const WorkspaceId kId("ws_1");

/// A log of which an archive has a part and the journal another.
class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() { fs::create_directories(root()); }

  fs::path data() const { return folder_.path(); }
  fs::path root() const {
    return data() / "organizations/local/teams/local/users/owner/workspaces" / kId.str();
  }
  /// `count` lines that follow `before`; `what` tells two continuations apart.
  static std::vector<std::string> lines_after(archive::Head before, int count,
                                              const std::string& what) {
    return archive::next_lines(std::move(before), static_cast<std::size_t>(count), what);
  }
  archive::Head archive_lines(const std::vector<std::string>& lines) {
    auto archive = archive::Archive::open(root() / "sessions");
    EXPECT_TRUE(archive) << archive.error().message;
    EXPECT_TRUE(archive->append(lines));
    return archive->head();
  }
  void in_journal(Sequence first, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) records_.push_back({kId, first++, line});
  }
  /// The workspace was another node's for a time.
  void came_back() {
    replication::AsideCopies aside(data());
    fs::create_directories(data() / "older");
    EXPECT_TRUE(aside.add(kId, "older", {}));
    EXPECT_TRUE(aside.tidy(SystemClock().now())) << "also once the copy itself is gone";
  }
  Result<void> recover() {
    std::map<WorkspaceId, std::vector<journal::Record>> all;
    all[kId] = std::move(records_);
    return recover_workspaces(data(), std::move(all));
  }
  std::vector<std::string> archived() const {
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line, Sequence) -> Result<bool> {
      lines.emplace_back(line);
      return true;
    };
    EXPECT_TRUE(archive::ArchiveReader(root() / "sessions").read(1, keep));
    return lines;
  }

  archive::TemporaryFolder folder_;
  std::vector<journal::Record> records_;
};

TEST_F(RecoveryTest, BringsBackWhatALossOfPowerTookOutOfTheMiddle) {
  const std::vector<std::string> lines = lines_after({}, 5, "x");
  archive_lines(lines);
  const fs::path segment = root() / "sessions" / archive::segment_name(1);
  std::string bytes = *read_file(segment);
  const std::size_t third = lines[0].size() + 1 + lines[1].size() + 1;
  bytes.replace(third + 5, 20, 20, '\0');
  archive::overwrite(segment, bytes);
  in_journal(2, {lines.begin() + 1, lines.end()});
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived(), lines);
}

TEST_F(RecoveryTest, DamageBeforeWhatTheJournalHoldsIsAnError) {
  const std::vector<std::string> lines = lines_after({}, 5, "x");
  archive_lines(lines);
  const fs::path segment = root() / "sessions" / archive::segment_name(1);
  std::string bytes = *read_file(segment);
  bytes.replace(lines[0].size() + 6, 20, 20, '\0');
  archive::overwrite(segment, bytes);
  in_journal(4, {lines.begin() + 3, lines.end()});
  const auto recovered = recover();
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, Errc::kInternal) << recovered.error().message;
}

TEST_F(RecoveryTest, AppendsWhatTheArchiveLacks) {
  const std::vector<std::string> lines = lines_after({}, 5, "x");
  archive_lines({lines[0], lines[1]});
  in_journal(1, lines);
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived(), lines);
}

TEST_F(RecoveryTest, ALaterRecordOfANumberIsTheOneThatCounts) {
  const std::vector<std::string> begin = lines_after({}, 2, "x");
  const archive::Head head = archive_lines(begin);
  // Events 3 to 5 were never copied when the node was lost to another one; 3 and 4 came anew.
  in_journal(3, lines_after(head, 3, "before"));
  const std::vector<std::string> anew = lines_after(head, 2, "anew");
  in_journal(3, anew);
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived(), (std::vector<std::string>{begin[0], begin[1], anew[0], anew[1]}));
}

TEST_F(RecoveryTest, TheLaterOnesMayBeginBeforeTheEarlierOnes) {
  const std::vector<std::string> begin = lines_after({}, 2, "x");
  const archive::Head head = archive_lines(begin);
  const std::vector<std::string> anew = lines_after(head, 4, "anew");
  in_journal(5, lines_after({4, head.hash}, 3, "before"));
  in_journal(3, anew);
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived().size(), 6u);
  EXPECT_EQ(archived().back(), anew.back());
}

TEST_F(RecoveryTest, WhatBelongsToACopyThatWasSetAsideIsLeftOut) {
  const std::vector<std::string> begin = lines_after({}, 2, "of the other node");
  archive_lines(begin);
  came_back();
  in_journal(3, lines_after({2, std::string(64, '0')}, 3, "of the copy that was set aside"));
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived(), begin);
}

TEST_F(RecoveryTest, WhatFollowsIsKeptThoughAnotherCopyWasSetAside) {
  const archive::Head head = archive_lines(lines_after({}, 2, "x"));
  came_back();
  in_journal(3, lines_after(head, 3, "y"));
  ASSERT_TRUE(recover());
  EXPECT_EQ(archived().size(), 5u);
}

TEST_F(RecoveryTest, WithoutSuchAnExplanationAGapIsAnError) {
  const archive::Head head = archive_lines(lines_after({}, 2, "x"));
  in_journal(4, lines_after({3, head.hash}, 2, "y"));
  EXPECT_FALSE(recover());
  EXPECT_EQ(archived().size(), 2u);
}

TEST_F(RecoveryTest, NobodyMissesAWorkspaceWhoseMakingWasCutShort) {
  fs::remove_all(data() / "organizations");
  in_journal(1, lines_after({}, 2, "x"));
  EXPECT_TRUE(recover());
  EXPECT_FALSE(fs::exists(root()));
}

}  // namespace
}  // namespace coditect::registry
