#include "app/verify/data_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "base/random.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/journal/journal.h"

namespace coditect::app {
namespace {

using archive::Head;

/// A data folder with one workspace of five events.
class DataCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = archive::Archive::open(sessions());
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->append(archive::next_lines({}, 5)));
    head_ = made->head();
    std::filesystem::create_directories(data() / "node");
  }

  std::filesystem::path data() const { return folder_.path(); }
  std::filesystem::path workspace() const {
    return data() / "organizations/local/teams/local/users/owner/workspaces/w_1";
  }
  std::filesystem::path sessions() const { return workspace() / "sessions"; }
  std::filesystem::path segment() const { return sessions() / archive::segment_name(1); }

  void append_to_segment(const std::string& bytes) const {
    std::ofstream(segment(), std::ios::binary | std::ios::app) << bytes;
  }
  /// A server's journal that got these lines, the first of them after event `after`, and was
  /// stopped.
  void write_journal(Sequence after, const std::vector<std::string>& lines) const {
    auto opened = open_journal();
    ASSERT_TRUE(opened);
    Sequence seq = after;
    std::promise<Result<void>> durable;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool last = i + 1 == lines.size();
      (*opened)->append({WorkspaceId("w_1"), ++seq, lines[i]}, [&durable, last](Result<void> done) {
        if (last) durable.set_value(std::move(done));
      });
    }
    ASSERT_TRUE(durable.get_future().get());
  }
  Result<std::unique_ptr<journal::Journal>> open_journal() const {
    return journal::Journal::open(data() / "node" / "journal", {},
                                  [](const journal::Record&) { return Result<void>(); });
  }
  DataCheck check() const {
    auto found = check_data(data());
    EXPECT_TRUE(found) << found.error().message;
    return *std::move(found);
  }

  archive::TemporaryFolder folder_;
  Head head_;
};

TEST_F(DataCheckTest, FindsASoundFolderSound) {
  for (const auto& folder : {data(), workspace(), sessions()}) {
    const auto found = check_data(folder);
    ASSERT_TRUE(found) << folder;
    EXPECT_TRUE(found->clean());
    ASSERT_EQ(found->workspaces.size(), 1u);
    EXPECT_EQ(found->workspaces[0].id, "w_1");
    EXPECT_EQ(found->workspaces[0].archive.head, head_);
    EXPECT_NE(format_check(*found).find("w_1  clean  5 events"), std::string::npos);
    EXPECT_EQ(to_json(*found).at("clean"), true);
  }
}

TEST_F(DataCheckTest, RefusesWhatIsNoData) {
  EXPECT_EQ(check_data(data() / "nowhere").error().code, Errc::kNotFound);
  EXPECT_EQ(check_data(segment()).error().code, Errc::kNotFound) << "a file";
  const archive::TemporaryFolder empty;
  EXPECT_EQ(check_data(empty.path()).error().code, Errc::kNotFound);
}

TEST_F(DataCheckTest, FindsAChangedLine) {
  std::string text = *read_file(segment());
  text[text.find("hello")] = 'j';
  archive::overwrite(segment(), text);
  const DataCheck found = check();
  EXPECT_FALSE(found.clean());
  EXPECT_NE(format_check(found).find("DAMAGED"), std::string::npos);
  EXPECT_NE(format_check(found).find("line 2"), std::string::npos) << format_check(found);
  EXPECT_EQ(to_json(found).at("clean"), false);
}

TEST_F(DataCheckTest, TakesATornEndForUnfinished) {
  append_to_segment("{\"seq\":6,\"ts\"");
  const DataCheck found = check();
  EXPECT_TRUE(found.clean()) << format_check(found);
  EXPECT_TRUE(found.workspaces[0].unfinished);
  EXPECT_EQ(found.workspaces[0].archive.head, head_);
}

TEST_F(DataCheckTest, FollowsTheLogIntoTheJournal) {
  const auto lines = archive::next_lines(head_, 3);
  write_journal(head_.seq, lines);
  for (const std::string& end :
       {std::string(), lines[0].substr(0, 20), std::string(30, '\0') + "\n"}) {
    append_to_segment(end);
    const DataCheck found = check();
    EXPECT_EQ(found.journal, DataCheck::Journal::kRead);
    EXPECT_TRUE(found.clean()) << format_check(found);
    EXPECT_EQ(found.workspaces[0].waiting, 3u);
    EXPECT_EQ(found.workspaces[0].archive.head.seq, 8u);
    EXPECT_EQ(found.workspaces[0].unfinished, !end.empty());
  }
}

TEST_F(DataCheckTest, MissesTheEventOfATornLine) {
  write_journal(3, {archive::next_line({3, head_.hash})});  // an event that is archived
  append_to_segment("{\"seq\":6,\"ts\"");
  const DataCheck found = check();
  EXPECT_FALSE(found.clean());
  EXPECT_NE(format_check(found).find("the journal does not hold"), std::string::npos);
}

TEST_F(DataCheckTest, FindsALastLineThatTheJournalHoldsOtherwise) {
  write_journal(4, {archive::next_line({4, head_.hash})});  // event 5, but another one
  const DataCheck found = check();
  EXPECT_FALSE(found.clean());
  EXPECT_NE(format_check(found).find("is not the one that the journal holds"), std::string::npos);
}

TEST_F(DataCheckTest, FindsAJournalThatDoesNotGoOn) {
  write_journal(head_.seq, {archive::next_line({head_.seq, std::string(64, 'a')})});
  EXPECT_FALSE(check().clean());
}

TEST_F(DataCheckTest, LeavesARunningServersJournalAlone) {
  const auto running = open_journal();
  ASSERT_TRUE(running);
  const DataCheck found = check();
  EXPECT_EQ(found.journal, DataCheck::Journal::kInUse);
  EXPECT_TRUE(found.clean());
  EXPECT_NE(format_check(found).find("running server"), std::string::npos);
}

TEST_F(DataCheckTest, ReportsADamagedJournal) {
  write_journal(head_.seq, archive::next_lines(head_, 1));
  for (const auto& file : std::filesystem::directory_iterator(data() / "node" / "journal")) {
    std::fstream(file.path(), std::ios::binary | std::ios::in | std::ios::out) << "nonsense";
  }
  const DataCheck found = check();
  EXPECT_FALSE(found.clean());
  EXPECT_TRUE(found.journal_damage);
  EXPECT_FALSE(found.journal_damage->hint.empty());
}

TEST_F(DataCheckTest, FindsSessionsById) {
  EXPECT_EQ(find_sessions(data(), "w_1"), sessions());
  EXPECT_EQ(find_sessions(data(), "w_2"), std::nullopt);
  EXPECT_EQ(find_sessions(data() / "nowhere", "w_1"), std::nullopt);
}

}  // namespace
}  // namespace coditect::app
