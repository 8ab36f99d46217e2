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

TEST_F(CatalogueTest, ReadersNeverMeetABusyDatabase) {
  constexpr int kReaders = 12;
  constexpr int kEvents = 400;
  std::atomic<int> failures = 0;
  std::atomic<bool> done = false;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      for (int i = 0; i < kEvents; ++i) {
        feed_.add("file_edit", "agent:claude", "", *parse_json_object(kEdit));
      }
      done = true;
    });
    for (int reader = 0; reader < kReaders; ++reader) {
      threads.emplace_back([&] {
        do {
          const Sequence before = feed_.head();
          const auto answer = ask(kArtifacts, "SELECT count(*) FROM file_versions");
          // Every event before the question is in the answer.
          const bool right = answer && answer->rows.at(0).at(0).to_number<Sequence>() >= before;
          if (!right) {
            ++failures;
            ADD_FAILURE() << (answer ? "an event is missing" : answer.error().message);
            return;
          }
        } while (!done);
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"),
            "[[" + std::to_string(kEvents) + "]]");
}

TEST_F(CatalogueTest, EvictionDeletionAndReadersAtOnceGiveRightAnswers) {
  start(5);
  constexpr int kRounds = 60;
  happen("file_edit", kEdit);
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (const DatabaseName name : {kSessions, kArtifacts, kParsedSessions, kWorkspaceIndex}) {
    readers.emplace_back([&, name] {
      while (!done) {
        const Sequence before = feed_.head();
        const auto answer = ask(name, "SELECT value FROM meta WHERE key='applied_seq'");
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_GE(answer->rows.at(0).at(0).to_number<Sequence>(), before);
      }
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    happen("file_edit", kEdit);
    rows(round % 2 == 0 ? kMessages : kAgentMetrics, "SELECT 1");
  }
  done = true;
}

}  // namespace
}  // namespace coditect::databases
