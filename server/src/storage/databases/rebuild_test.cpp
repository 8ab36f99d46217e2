#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "storage/databases/event_text.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using enum DatabaseName;

// Random events over a small world, so that paths, tasks, tokens and ids meet often; some are
// nonsense, such as the release of a lock that nobody has.
class RandomStory {
 public:
  explicit RandomStory(std::vector<std::uint32_t> choices) : choices_(std::move(choices)) {}

  void tell(MemoryFeed& feed, std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) tell_one(feed);
  }

 private:
  // The position is mixed in, so that a short list of choices does not repeat itself.
  std::uint32_t pick(std::uint32_t bound) {
    std::uint64_t mixed = choices_.empty() ? 0 : choices_[next_ % choices_.size()];
    mixed = (mixed + ++next_) * 0x9e3779b97f4a7c15u;
    return static_cast<std::uint32_t>((mixed ^ (mixed >> 29)) >> 7) % bound;
  }
  std::string one_of(const char* prefix, std::uint32_t count) {
    return prefix + std::to_string(pick(count));
  }

  void tell_one(MemoryFeed& feed) {
    static const char* const kTypes[] = {
        "file_edit",       "file_edit",       "file_edit",       "lock_acquired",
        "lock_released",   "lock_renewed",    "task_queued",     "task_started",
        "task_waiting",    "task_finished",   "task_retrying",   "task_promoted",
        "agent_message",   "bus_message",     "bus_delivered",   "bus_read",
        "tool_call",       "usage_recorded",  "checkpoint",      "agent_state_change",
        "session_renewed", "session_started", "session_expired", "something_new"};
    const std::string type = kTypes[pick(std::size(kTypes))];
    json::object data;
    data["id"] = one_of("id", 4);
    data["agent"] = one_of("agent", 3);
    data["path"] = one_of("dir/file", 5);
    data["from"] = one_of("dir/file", 5);
    data["to"] = type == "agent_state_change" ? json::value(one_of("state", 3))
                 : type.starts_with("bus_de") || type == "bus_read"
                     ? json::value(one_of("agent", 3))
                     : json::value(json::array{one_of("agent", 3), one_of("agent", 3)});
    data["text"] = one_of("word", 9);
    static const char* const kOps[] = {"create", "write", "move", "remove"};
    data["op"] = kOps[pick(4)];
    data["hash"] = one_of("hash", 9);
    data["size"] = pick(1000);
    data["token"] = pick(3);
    data["priority"] = pick(10);
    data["state"] = pick(2) == 0 ? "succeeded" : "failed";
    data["phase"] = pick(2) == 0 ? "started" : "finished";
    data["ok"] = pick(2) == 0;
    data["elapsed_ms"] = pick(1000) / 7.0;
    data["cost_usd"] = pick(1000) / 1000.0;
    data["input"] = pick(1000);
    data["label"] = pick(3) == 0 ? "later" : "provisioned";
    data["tree"] = "tree";
    feed.add(type, one_of("agent:agent", 3), pick(4) == 0 ? "" : one_of("task", 4),
             std::move(data));
  }

  std::vector<std::uint32_t> choices_;
  std::size_t next_ = 0;
};

class RebuildTest : public WorkspaceTest {
 public:
  void TestBody() override {}
  void SetUp() override {
    WorkspaceTest::SetUp();
    feed_.add_tree("tree", {{"dir/file0", "h", 1, 0644}, {"dir/other", "h", 2, 0755}});
  }
  std::string dump_all() {
    std::string text;
    for (const DatabaseName name : kDatabaseNames) text += dump(name);
    return text;
  }
  // Deletes the databases and lets them be rebuilt from the first event in one go.
  std::string rebuilt_dump() {
    std::filesystem::remove_all(workspace() / "databases");
    return dump_all();
  }
  MemoryFeed& feed() { return feed_; }
  Result<void> search_is_sound() {
    // FTS5 compares its index with the table it stands for.
    const std::string count = rows(kMessages, "SELECT count(*) FROM messages");
    const std::string found =
        rows(kMessages, "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'word*'");
    if (count != found) return internal(count + " messages, found " + found);
    // Its index has no content of its own: it is compared with the events.
    std::size_t with_word = 0;
    const auto count_words = [&with_word](const Event& event) -> Result<void> {
      with_word += searched_text(event).contains("word") ? 1 : 0;
      return {};
    };
    TRY_VOID(feed_.read(1, count_words));
    const std::string in_log =
        rows(kWorkspaceIndex, "SELECT count(*) FROM log_fts WHERE log_fts MATCH 'word*'");
    if (in_log != "[[" + std::to_string(with_word) + "]]") {
      return internal(std::to_string(with_word) + " events, found " + in_log);
    }
    return {};
  }
};

RC_GTEST_PROP(Rebuild, GivesWhatWasWrittenEventByEvent, ()) {
  RebuildTest test;
  test.SetUp();
  RandomStory story(*rc::gen::container<std::vector<std::uint32_t>>(
      60, rc::gen::inRange<std::uint32_t>(0, 100'000)));
  // Caught up after every few events: transactions of other sizes than a rebuild's.
  for (int step = 0; step < 6; ++step) {
    story.tell(test.feed(), *rc::gen::inRange<std::size_t>(0, 12));
    test.dump_all();
  }
  const std::string incremental = test.dump_all();
  const bool readable = incremental.find("error: ") == std::string::npos;
  RC_ASSERT(readable);
  RC_ASSERT(test.search_is_sound());
  const bool same = test.rebuilt_dump() == incremental;
  RC_ASSERT(same);
  RC_ASSERT(test.search_is_sound());
}

class RecoveryTest : public RebuildTest {
 protected:
  void SetUp() override {
    RebuildTest::SetUp();
    RandomStory story({1, 2, 3, 5, 8, 13, 21, 34, 55});
    story.tell(feed_, 200);
    before_ = dump_all();
    ASSERT_EQ(before_.find("error: "), std::string::npos);
  }
  std::filesystem::path beside(DatabaseName name, const char* suffix) {
    std::filesystem::path path = file(name);
    path += suffix;
    return path;
  }
  static void overwrite(const std::filesystem::path& path, std::size_t offset, std::size_t bytes) {
    std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out << std::string(bytes, '\x5a');
    ASSERT_TRUE(out.good());
  }
  std::string before_;
};

TEST_F(RecoveryTest, RebuildsFilesThatVanishWhileTheyAreOpen) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    for (const DatabaseName name : kDatabaseNames) {
      ASSERT_TRUE(std::filesystem::remove(beside(name, suffix))) << suffix;
    }
    EXPECT_TRUE(dump_all() == before_) << suffix;
  }
  for (const DatabaseName name : kDatabaseNames) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(beside(name, suffix));
  }
  EXPECT_TRUE(dump_all() == before_);
}

TEST_F(RecoveryTest, RebuildsWhenTheWholeFolderVanishes) {
  std::filesystem::remove_all(workspace() / "databases");
  EXPECT_TRUE(dump_all() == before_);
}

TEST_F(RecoveryTest, DoesNotBringADeletedWorkspaceBack) {
  std::filesystem::remove_all(workspace());
  const auto answer = ask(kSessions, "SELECT 1");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(workspace()));
}

TEST_F(RecoveryTest, RebuildsFilesThatVanishWhileTheyAreClosed) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    start(1000);
    for (const DatabaseName name : kDatabaseNames) std::filesystem::remove(beside(name, suffix));
    EXPECT_TRUE(dump_all() == before_) << suffix;
  }
}

TEST_F(RecoveryTest, RebuildsGarbage) {
  struct Case {
    const char* what;
    std::size_t offset;
    std::size_t bytes;
  };
  const Case cases[] = {{"header", 0, 100}, {"schema page", 100, 3000}, {"all pages", 0, 60'000}};
  for (const Case& c : cases) {
    ASSERT_TRUE(catalogue_->close(workspace()));
    for (const DatabaseName name : kDatabaseNames) overwrite(file(name), c.offset, c.bytes);
    EXPECT_TRUE(dump_all() == before_) << c.what;
  }
  ASSERT_TRUE(catalogue_->close(workspace()));
  for (const DatabaseName name : kDatabaseNames) std::filesystem::resize_file(file(name), 0);
  EXPECT_TRUE(dump_all() == before_) << "empty file";
}

TEST_F(RecoveryTest, AHealthCheckFindsDamageAndTheNextQueryMendsIt) {
  for (const DatabaseName name : kDatabaseNames) EXPECT_TRUE(catalogue_->check(workspace(), name));
  ASSERT_TRUE(catalogue_->close(workspace()));
  // The tree pages behind the schema: nothing notices until they are read.
  const auto size = std::filesystem::file_size(file(kArtifacts));
  overwrite(file(kArtifacts), 4096, size - 4096);
  const auto found = catalogue_->check(workspace(), kArtifacts);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::kUnavailable);
  EXPECT_FALSE(found.error().hint.empty());
  EXPECT_TRUE(dump_all() == before_);
  EXPECT_TRUE(catalogue_->check(workspace(), kArtifacts));

  std::filesystem::remove(file(kMessages));
  EXPECT_FALSE(catalogue_->check(workspace(), kMessages));
  EXPECT_TRUE(dump_all() == before_);
}

TEST_F(RecoveryTest, RebuildsWhatIsAheadOfTheLog) {
  feed_.cut_after(150);
  const std::string shorter = dump_all();
  EXPECT_EQ(rows(kSessions, "SELECT value FROM meta WHERE key='applied_seq'"), "[[150]]");
  EXPECT_TRUE(shorter == rebuilt_dump());
}

TEST_F(RecoveryTest, RebuildsWhatHoldsAnotherLogsEvents) {
  start(1000);
  feed_.cut_after(150);
  RandomStory story({89, 144, 233});
  story.tell(feed_, 100);
  const std::string other = dump_all();
  EXPECT_TRUE(other != before_);
  EXPECT_TRUE(other == rebuilt_dump());
}

TEST_F(RecoveryTest, RebuildsAnotherSchema) {
  ASSERT_TRUE(catalogue_->close(workspace()));
  {
    auto connection = Connection::open(file(kSessions), Connection::Mode::kWriter);
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)
                    ->execute("UPDATE meta SET value='old' WHERE key='schema';"
                              "DELETE FROM participants"));
  }
  EXPECT_TRUE(dump_all() == before_);
}

TEST_F(RecoveryTest, KeepsWhatIsSound) {
  const auto created = catalogue_->stats().databases_created;
  ASSERT_TRUE(catalogue_->close(workspace()));
  EXPECT_TRUE(dump_all() == before_);
  const auto applied = catalogue_->stats().events_applied;
  EXPECT_EQ(applied, 6 * feed_.head());
  EXPECT_EQ(catalogue_->stats().databases_created, created);
  start(1000);
  EXPECT_TRUE(dump_all() == before_);
  EXPECT_EQ(catalogue_->stats().events_applied, 0u);
}

}  // namespace
}  // namespace coditect::databases
