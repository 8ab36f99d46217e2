#include <sys/stat.h>

#include "base/sha256.h"
#include "workspace/files/file_service_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

const Actor kOutside{"user:outside", {}, {}};

/// What the log and the disk say after the disk changed without the service.
class FileRecoveryTest : public FileServiceFixture {
 public:
  void reconcile() {
    play([](FileRecoveryTest& test) -> awaitable<void> {
      const auto done = co_await test.files_->reconcile_folder("", kOutside);
      EXPECT_TRUE(done) << done.error().message;
      EXPECT_TRUE(co_await test.log_->durable(test.log_->head()));
    }(*this));
  }
  /// The events after `from`, as "op path".
  std::vector<std::string> edits(std::size_t from = 0) const {
    std::vector<std::string> rows;
    for (std::size_t i = from; i < applied_.size(); ++i) {
      const json::object& data = applied_[i].data;
      rows.push_back(*find_string(data, "op") + " " + *find_string(data, "path"));
    }
    return rows;
  }
  void finish(std::vector<Event> events) {
    play([](FileRecoveryTest& test, std::vector<Event> done) -> awaitable<void> {
      const auto finished = co_await test.files_->finish_writes(std::move(done));
      EXPECT_TRUE(finished) << finished.error().message;
    }(*this, std::move(events)));
  }
  static Event edit(json::object data) {
    Event event;
    event.seq = 9;
    event.type = "file_edit";
    event.data = std::move(data);
    return event;
  }
  static Event created(const std::string& path, const std::string& text) {
    return edit({{"op", "create"}, {"path", path}, {"hash", sha256_hex(text)}, {"text", text}});
  }
  static Event written(const std::string& path, const std::string& before,
                       const std::string& after) {
    return edit({{"op", "write"},
                 {"path", path},
                 {"hash", sha256_hex(after)},
                 {"before", sha256_hex(before)},
                 {"splice", {{"at", 0}, {"remove", before.size()}, {"insert", after}}}});
  }
};

TEST_F(FileRecoveryTest, LogsWhatSomebodyElseChanged) {
  using Rows = std::vector<std::string>;
  put_outside("a.txt", "one");
  put_outside("b/c.txt", "two");
  put_outside(".git/config", "x");
  put_outside("node_modules/p/i.js", "x");
  ASSERT_EQ(::mkfifo((project() / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/etc/passwd", project() / "link");
  reconcile();
  EXPECT_EQ(edits(), (Rows{"create a.txt", "create b/c.txt"}));
  reconcile();
  EXPECT_EQ(applied_.size(), 2u);

  put_outside("a.txt", "changed");
  fs::remove(project() / "b" / "c.txt");
  reconcile();
  EXPECT_EQ(edits(2), (Rows{"write a.txt", "remove b/c.txt"}));
  EXPECT_EQ(applied_[2].actor, "user:outside");
  EXPECT_EQ(applied_[2].data.at("before"), sha256_hex("one").c_str());
  EXPECT_EQ(index_.find("a.txt")->hash, sha256_hex("changed"));
}

TEST_F(FileRecoveryTest, AnOutsideChangeMakesAWritersVersionOld) {
  play([](FileRecoveryTest& test) -> awaitable<void> {
    const Written made = co_await test.write("a.txt", "one");
    test.put_outside("a.txt", "theirs");
    const auto stale =
        co_await test.files_->change(kAnn, "a.txt", made.version, std::nullopt, becomes("mine"));
    EXPECT_EQ(code_of(stale), Errc::kConflict);
    const auto read = co_await test.files_->read("a.txt");
    EXPECT_TRUE(read && read->text == "theirs" && read->version > made.version);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "theirs");
}

TEST_F(FileRecoveryTest, BinaryFilesAreKeptButNotEditedAsText) {
  const std::string bytes("\x00\xff\x01", 3);
  put_outside("logo.png", bytes);
  reconcile();
  EXPECT_EQ(*blobs_->get(*find_string(applied_[0].data, "blob")), bytes);
  play([](FileRecoveryTest& test) -> awaitable<void> {
    const auto read = co_await test.files_->read("logo.png");
    EXPECT_EQ(code_of(read), Errc::kInvalid);
    const std::optional<Sequence> any;
    const auto written =
        co_await test.files_->change(kAnn, "logo.png", any, std::nullopt, becomes("text"));
    EXPECT_EQ(code_of(written), Errc::kInvalid);
    EXPECT_TRUE(co_await test.files_->put(kAnn, "logo.png", std::string("\xfe", 1), 0755));
    EXPECT_TRUE(co_await test.files_->remove(kAnn, "logo.png", any));
  }(*this));
  EXPECT_EQ(*blobs_->get("" + sha256_hex("\xfe")), "\xfe");
  EXPECT_EQ(edits(1), (std::vector<std::string>{"write logo.png", "remove logo.png"}));
}

TEST_F(FileRecoveryTest, CompletesWritesThatWereLoggedButNotPublished) {
  put_outside("old.txt", "before");
  put_outside("from.txt", "moved");
  put_outside("gone.txt", "bye");
  archive::overwrite(root() / "staging" / "left-over", "x");
  Event script = created("run.sh", "echo");
  script.data["mode"] = 0755;
  finish({created("new/a.txt", "one"), script, written("old.txt", "before", "after"),
          edit({{"op", "move"},
                {"path", "to.txt"},
                {"from", "from.txt"},
                {"hash", sha256_hex("moved")},
                {"before", sha256_hex("moved")}}),
          edit({{"op", "remove"}, {"path", "gone.txt"}, {"before", sha256_hex("bye")}})});
  EXPECT_EQ(on_disk("new/a.txt"), "one");
  EXPECT_EQ(on_disk("old.txt"), "after");
  EXPECT_EQ(on_disk("to.txt"), "moved");
  EXPECT_FALSE(fs::exists(project() / "from.txt"));
  EXPECT_FALSE(fs::exists(project() / "gone.txt"));
  EXPECT_EQ(fs::status(project() / "run.sh").permissions(), static_cast<fs::perms>(0755));
  EXPECT_TRUE(staged().empty());
}

TEST_F(FileRecoveryTest, CompletesAChainOfWritesFromWhereverItStopped) {
  const std::vector<Event> events{created("a", "1"), written("a", "1", "2"),
                                  written("a", "2", "3")};
  for (const char* found : {"", "1", "2", "3"}) {
    fs::remove(project() / "a");
    if (*found != '\0') put_outside("a", found);
    finish(events);
    EXPECT_EQ(on_disk("a"), "3") << "from '" << found << "'";
    finish(events);
    EXPECT_EQ(on_disk("a"), "3") << "again from '" << found << "'";
  }
}

TEST_F(FileRecoveryTest, RespectsWhatSomebodyChangedSince) {
  put_outside("a", "theirs");
  put_outside("b", "theirs");
  put_outside("c", "theirs");
  finish({created("a", "ours"), written("b", "before", "ours"),
          edit({{"op", "remove"}, {"path", "c"}, {"before", sha256_hex("before")}}),
          edit({{"op", "move"}, {"path", "d"}, {"from", "c"}, {"before", sha256_hex("before")}})});
  for (const char* path : {"a", "b", "c"}) EXPECT_EQ(on_disk(path), "theirs");
  EXPECT_FALSE(fs::exists(project() / "d"));
}

TEST_F(FileRecoveryTest, AFailedJournalPublishesNothing) {
  play([](FileRecoveryTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    const std::optional<Sequence> any;
    FileService& files = *test.files_;
    EXPECT_FALSE(co_await files.change(kAnn, "a.txt", any, std::nullopt, becomes("two")));
    EXPECT_FALSE(co_await files.move(kAnn, "a.txt", "b.txt", any));
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
  EXPECT_FALSE(fs::exists(project() / "b.txt"));
}

}  // namespace
}  // namespace coditect::workspace
