#include "storage/databases/catalogue.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using enum DatabaseName;
using CatalogueTest = WorkspaceTest;

constexpr char kEdit[] = R"({"op":"write","path":"a","hash":"h","size":1,"text":"x"})";

TEST_F(CatalogueTest, RefusesAnImpossibleLimit) {
  Catalogue::Options options{.template_dir = folder_.path() / "t", .max_open_connections = 1};
  EXPECT_FALSE(Catalogue::create(std::move(options)));
}

TEST_F(CatalogueTest, CreatesTheSixOnceAndLeavesThemAlone) {
  for (const DatabaseName name : kDatabaseNames) {
    EXPECT_TRUE(std::filesystem::exists(file(name)));
  }
  happen("file_edit", kEdit);
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"), "[[1]]");
  const auto created = catalogue_->stats().databases_created;
  ASSERT_TRUE(catalogue_->create_all(workspace()));
  EXPECT_EQ(catalogue_->stats().databases_created, created);
  const auto missing = catalogue_->create_all(folder_.path() / "nowhere");
  ASSERT_FALSE(missing);
}

TEST_F(CatalogueTest, ClosesWhatWasUsedLeastRecently) {
  start(4);
  happen("file_edit", kEdit);
  for (int round = 0; round < 3; ++round) {
    for (const DatabaseName name : kDatabaseNames) {
      EXPECT_EQ(rows(name, "SELECT value FROM meta WHERE key='applied_seq'"), "[[1]]");
      EXPECT_LE(catalogue_->stats().open_connections, 4u);
    }
  }
  EXPECT_GT(catalogue_->stats().databases_evicted, 0u);
  EXPECT_EQ(catalogue_->stats().events_applied, 6u);

  // What was used last is still open: using it again opens nothing.
  const auto opened = catalogue_->stats().connections_opened;
  rows(kWorkspaceIndex, "SELECT 1");
  EXPECT_EQ(catalogue_->stats().connections_opened, opened);
}

TEST_F(CatalogueTest, ClosesOverAllWorkspaces) {
  start(6);
  std::vector<std::filesystem::path> workspaces;
  for (int i = 0; i < 8; ++i) {
    workspaces.push_back(folder_.path() / ("many" + std::to_string(i)));
    std::filesystem::create_directory(workspaces.back());
    ASSERT_TRUE(catalogue_->create_all(workspaces.back()));
  }
  happen("file_edit", kEdit);
  for (const auto& workspace_dir : workspaces) {
    for (const DatabaseName name : kDatabaseNames) {
      Query query;
      query.sql = "SELECT value FROM meta WHERE key='applied_seq'";
      const auto answer = catalogue_->query(workspace_dir, name, query, feed_);
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_LE(catalogue_->stats().open_connections, 6u);
    }
  }
}

TEST_F(CatalogueTest, CloseLeavesNothingOpenAndAnEmptyWal) {
  happen("file_edit", kEdit);
  for (const DatabaseName name : kDatabaseNames) rows(name, "SELECT 1");
  EXPECT_GT(catalogue_->stats().open_connections, 0u);
  ASSERT_TRUE(catalogue_->close(workspace()));
  EXPECT_EQ(catalogue_->stats().open_connections, 0u);
  EXPECT_EQ(catalogue_->stats().open_databases, 0u);
  for (const DatabaseName name : kDatabaseNames) {
    std::filesystem::path wal = file(name);
    wal += "-wal";
    EXPECT_EQ(std::filesystem::file_size(wal), 0u);
  }
  ASSERT_TRUE(catalogue_->close(workspace())) << "closing twice is closing once";
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"), "[[1]]");
}

// Readers ask a fixed number of times while the log grows, so that the two overlap on any machine.
TEST_F(CatalogueTest, ReadersNeverMeetABusyDatabase) {
  constexpr int kReaders = 12;
  constexpr int kQuestions = 100;
  std::atomic<int> reading = kReaders;
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < kReaders; ++reader) {
      readers.emplace_back([&] {
        for (int i = 0; i < kQuestions; ++i) {
          const Sequence before = feed_.head();
          const auto answer = ask(kArtifacts, "SELECT count(*) FROM file_versions");
          EXPECT_TRUE(answer) << answer.error().message;
          // Every event before the question is in the answer.
          if (answer) {
            EXPECT_GE(answer->rows.at(0).at(0).to_number<Sequence>(), before);
          }
        }
        --reading;
      });
    }
    while (reading > 0) {
      happen("file_edit", kEdit);
      ASSERT_TRUE(catalogue_->catch_up(workspace(), kArtifacts, feed_));
    }
  }
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"),
            "[[" + std::to_string(feed_.head()) + "]]");
  // A writer and a pool of readers, each opened once.
  EXPECT_LE(catalogue_->stats().connections_opened, 1 + limits::kDatabaseConnectionsMax);
}

TEST_F(CatalogueTest, AnswersAreRightWhileDatabasesAreEvictedAndDeleted) {
  start(5);
  constexpr int kQuestions = 100;
  const DatabaseName asked[] = {kSessions, kArtifacts, kParsedSessions, kWorkspaceIndex};
  happen("file_edit", kEdit);
  const auto created = catalogue_->stats().databases_created;
  std::atomic<int> reading = 4;
  {
    std::vector<std::jthread> readers;
    for (const DatabaseName name : asked) {
      readers.emplace_back([&, name] {
        for (int i = 0; i < kQuestions; ++i) {
          const Sequence before = feed_.head();
          const auto answer = ask(name, "SELECT value FROM meta WHERE key='applied_seq'");
          EXPECT_TRUE(answer) << answer.error().message;
          if (answer) {
            EXPECT_GE(answer->rows.at(0).at(0).to_number<Sequence>(), before);
          }
        }
        --reading;
      });
    }
    for (int round = 0; round == 0 || reading > 0; ++round) {
      happen("file_edit", kEdit);
      rows(round % 2 == 0 ? kMessages : kAgentMetrics, "SELECT 1");
      if (round % 16 == 0) std::filesystem::remove(file(asked[(round / 16) % 4]));
    }
  }
  // The first round deleted one at least, and by now it has been asked for again.
  for (const DatabaseName name : asked) rows(name, "SELECT 1");
  EXPECT_GT(catalogue_->stats().databases_evicted, 0u);
  EXPECT_GT(catalogue_->stats().databases_created, created);
}

}  // namespace
}  // namespace coditect::databases
