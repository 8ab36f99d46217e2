#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/databases/log_applier.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using enum DatabaseName;

constexpr char kEdit[] = R"({"op":"write","path":"a","hash":"h","size":1,"text":"x"})";

class CatalogueScanTest : public WorkspaceTest {
 protected:
  std::set<DatabaseName> changed() {
    std::set<DatabaseName> names;
    for (const auto& [workspace_dir, name] : catalogue_->take_changed()) {
      EXPECT_EQ(workspace_dir, workspace());
      EXPECT_TRUE(names.insert(name).second) << to_string(name);
    }
    return names;
  }
  Result<Sequence> scanned(DatabaseName name) {
    Sequence seq = 0;
    TRY_VOID(catalogue_->scan(workspace(), name, [&](Connection& connection) -> Result<void> {
      TRY(const Applied applied, read_applied(connection));
      seq = applied.seq;
      return {};
    }));
    return seq;
  }
  void remove_beside(DatabaseName name, const char* suffix) {
    std::filesystem::path path = file(name);
    path += suffix;
    ASSERT_TRUE(std::filesystem::remove(path));
  }
};

TEST_F(CatalogueScanTest, NamesWhatChangedOnce) {
  EXPECT_TRUE(changed().empty()) << "nothing was opened yet";
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  rows(kSessions, "SELECT 1");
  rows(kArtifacts, "SELECT 1");
  EXPECT_EQ(changed(), (std::set{kArtifacts, kSessions}));
  rows(kArtifacts, "SELECT 1");
  EXPECT_TRUE(changed().empty()) << "a query that applied nothing";
  happen("file_edit", kEdit);
  EXPECT_TRUE(changed().empty()) << "nothing is applied yet";
  ASSERT_TRUE(catalogue_->catch_up(workspace(), kArtifacts, feed_));
  EXPECT_EQ(changed(), (std::set{kArtifacts}));
}

TEST_F(CatalogueScanTest, DoesNotForgetWhatIsClosed) {
  start(2);
  happen("file_edit", kEdit);
  for (const DatabaseName name : kDatabaseNames) rows(name, "SELECT 1");
  EXPECT_GT(catalogue_->stats().databases_evicted, 0u);
  ASSERT_TRUE(catalogue_->close(workspace()));
  EXPECT_EQ(changed().size(), kDatabaseNames.size());
}

TEST_F(CatalogueScanTest, ARebuildIsAChange) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  EXPECT_EQ(changed().size(), 1u);
  remove_beside(kArtifacts, "");
  rows(kArtifacts, "SELECT 1");
  EXPECT_EQ(changed(), (std::set{kArtifacts})) << "the same events, perhaps in other pages";
}

TEST_F(CatalogueScanTest, ScansTheFileAsItIs) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  happen("file_edit", kEdit);
  const auto applied = catalogue_->stats().events_applied;
  const auto seq = scanned(kArtifacts);
  ASSERT_TRUE(seq) << seq.error().message;
  EXPECT_EQ(*seq, 1u) << "it does not catch up";
  EXPECT_EQ(catalogue_->stats().events_applied, applied);
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"), "[[2]]");
}

TEST_F(CatalogueScanTest, ScansWhatIsClosed) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  ASSERT_TRUE(catalogue_->close(workspace()));
  const auto seq = scanned(kArtifacts);
  ASSERT_TRUE(seq) << seq.error().message;
  EXPECT_EQ(*seq, 1u);
  EXPECT_EQ(catalogue_->stats().open_connections, 0u) << "its connection is not kept";
}

TEST_F(CatalogueScanTest, DoesNotMakeWhatIsMissing) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  ASSERT_TRUE(catalogue_->close(workspace()));
  remove_beside(kArtifacts, "-wal");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto seq = scanned(kArtifacts);
    ASSERT_FALSE(seq) << "a WAL that was made anew would hide that the old one is gone";
    EXPECT_EQ(seq.error().code, Errc::kNotFound);
  }
  const auto created = catalogue_->stats().databases_created;
  rows(kArtifacts, "SELECT 1");
  EXPECT_EQ(catalogue_->stats().databases_created, created + 1);
  std::filesystem::remove_all(workspace());
  EXPECT_FALSE(scanned(kSessions));
  EXPECT_FALSE(std::filesystem::exists(workspace()));
}

TEST_F(CatalogueScanTest, ReturnsWhatItsWorkReturned) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  const auto fails = [](Connection&) -> Result<void> { return unavailable("enough"); };
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto done = catalogue_->scan(workspace(), kArtifacts, fails);
    ASSERT_FALSE(done) << "a failed scan gives its turn back";
    EXPECT_EQ(done.error().message, "enough");
  }
  const auto writes = [](Connection& connection) -> Result<void> {
    return connection.execute("UPDATE meta SET value=9 WHERE key='applied_seq'");
  };
  EXPECT_FALSE(catalogue_->scan(workspace(), kArtifacts, writes));
}

TEST_F(CatalogueScanTest, RunsAFewAtOnce) {
  happen("file_edit", kEdit);
  rows(kArtifacts, "SELECT 1");
  std::atomic<std::size_t> now = 0;
  std::atomic<std::size_t> most = 0;
  {
    std::vector<std::jthread> scanners;
    for (int i = 0; i < 8; ++i) {
      scanners.emplace_back([&] {
        const auto work = [&](Connection& connection) -> Result<void> {
          const std::size_t running = ++now;
          std::size_t seen = most;
          while (seen < running && !most.compare_exchange_weak(seen, running)) {
          }
          Result<void> done = connection.execute("SELECT count(*) FROM file_versions");
          --now;
          return done;
        };
        for (int round = 0; round < 20; ++round) {
          EXPECT_TRUE(catalogue_->scan(workspace(), kArtifacts, work));
        }
      });
    }
  }
  EXPECT_LE(most, limits::kDatabaseScansMax);
  EXPECT_EQ(rows(kArtifacts, "SELECT count(*) FROM file_versions"), "[[1]]");
}

}  // namespace
}  // namespace coditect::databases
