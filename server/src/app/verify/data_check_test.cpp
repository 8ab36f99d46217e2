#include "app/verify/data_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <future>

#include "base/random.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/blobs/blob_store.h"
#include "storage/databases/catalogue.h"
#include "storage/databases/connection.h"
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
    if (!lines.empty()) ASSERT_TRUE(durable.get_future().get());
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

TEST_F(DataCheckTest, TakesWhatALossOfPowerTookForUnfinishedWhereTheJournalHasIt) {
  const std::string whole = *read_file(segment());
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < whole.size(); at = whole.find('\n', at) + 1) {
    lines.push_back(whole.substr(at, whole.find('\n', at) - at));
  }
  std::string torn = whole;
  torn.replace(lines[0].size() + 1 + 10, 30, 30, '\0');
  archive::overwrite(segment(), torn);
  write_journal(1, {lines.begin() + 1, lines.end()});
  const DataCheck found = check();
  EXPECT_TRUE(found.clean()) << format_check(found);
  EXPECT_EQ(found.workspaces[0].archive.head, head_);
  EXPECT_EQ(found.workspaces[0].waiting, 4u);
  std::filesystem::remove_all(data() / "node" / "journal");
  write_journal(3, {lines.begin() + 3, lines.end()});
  EXPECT_FALSE(check().clean()) << "the journal lacks the torn line";
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

/// The same workspace with its databases and contents.
class ViewCheckTest : public DataCheckTest {
 protected:
  void SetUp() override {
    DataCheckTest::SetUp();
    write_journal(head_.seq, {});
    auto made = databases::Catalogue::create({.template_dir = data() / "node" / "templates"});
    ASSERT_TRUE(made);
    ASSERT_TRUE((*made)->create_all(workspace()));
  }
  std::filesystem::path database() const { return workspace() / "databases" / "messages.db"; }
  void damage_database() const {
    std::string bytes = *read_file(database());
    std::fill(bytes.begin() + 4096, bytes.begin() + 8192, '\xee');
    archive::overwrite(database(), bytes);
  }
};

TEST_F(ViewCheckTest, FindsADamagedDatabaseAndRepairsItFromTheLog) {
  EXPECT_TRUE(check().clean()) << format_check(check());
  damage_database();
  const DataCheck found = check();
  EXPECT_FALSE(found.clean());
  ASSERT_EQ(found.workspaces[0].databases.size(), 1u);
  EXPECT_EQ(found.workspaces[0].databases[0].name, "messages");
  EXPECT_NE(format_check(found).find("verify --repair"), std::string::npos) << format_check(found);
  EXPECT_TRUE(std::filesystem::exists(database())) << "it only looked";
  const auto repaired = check_data(data(), Repair::kWhatTheLogAllows);
  ASSERT_TRUE(repaired);
  EXPECT_TRUE(repaired->clean());
  EXPECT_NE(format_check(*repaired).find("repaired: "), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(database()));
  EXPECT_TRUE(check().clean()) << "one that is missing is built when it is asked";
}

TEST_F(ViewCheckTest, FindsADatabaseThatIsAheadOfTheLog) {
  {
    const auto writer =
        *databases::Connection::open(database(), databases::Connection::Mode::kWriter);
    ASSERT_TRUE(writer->configure());
    ASSERT_TRUE(writer->execute("UPDATE meta SET value='77' WHERE key='applied_seq'"));
  }
  EXPECT_NE(format_check(check()).find("it has event 77, and the log ends with event 5"),
            std::string::npos)
      << format_check(check());
}

TEST_F(ViewCheckTest, RepairsNothingBesideARunningServerOrADamagedLog) {
  damage_database();
  {
    const auto server = open_journal();
    ASSERT_TRUE(server);
    const auto refused = check_data(data(), Repair::kWhatTheLogAllows);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kConflict);
  }
  std::string text = *read_file(segment());
  text[text.find("hello")] = 'j';
  archive::overwrite(segment(), text);
  const auto found = check_data(data(), Repair::kWhatTheLogAllows);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->clean());
  EXPECT_TRUE(std::filesystem::exists(database()));
}

TEST_F(ViewCheckTest, FindsADamagedContentAndLeavesUnfinishedOnesAlone) {
  const std::filesystem::path folder = sessions() / "blobs";
  const std::string hash = *(*blobs::BlobStore::open(folder))->put(std::string(5'000, 'x'));
  const std::filesystem::path unfinished = folder / (hash + ".zst.tmp-1");
  archive::overwrite(unfinished, "a server may be writing it");
  EXPECT_EQ(check().workspaces[0].contents, 1u);
  EXPECT_TRUE(check().clean());
  append_to_segment("{\"seq\":6,\"type\":\"file_edit\",\"data\":{\"blob\":\"ab");
  write_journal(5, archive::next_lines(head_, 1));
  EXPECT_TRUE(check().clean()) << "a server is writing the line: " << format_check(check());
  std::string bytes = *read_file(folder / (hash + ".zst"));
  bytes[bytes.size() / 2] ^= 1;
  archive::overwrite(folder / (hash + ".zst"), bytes);
  EXPECT_FALSE(check().clean());
  EXPECT_NE(format_check(check()).find(hash), std::string::npos);
  EXPECT_NE(format_check(check()).find("coditect restore"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(unfinished));
}

}  // namespace
}  // namespace coditect::app
