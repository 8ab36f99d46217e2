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
  EXPECT_FALSE(staged().empty()) << "the event may be in the log, so the next start needs the file";
}

TEST_F(FileRecoveryTest, WhatIsNoLongerAFileIsLoggedAsGone) {
  using Rows = std::vector<std::string>;
  put_outside("a", "one");
  put_outside("b", "one");
  put_outside("c", "one");
  reconcile();
  for (const char* path : {"a", "b", "c"}) fs::remove(project() / path);
  put_outside("a/below", "two");
  ASSERT_EQ(::mkfifo((project() / "b").c_str(), 0600), 0);
  fs::create_symlink("a/below", project() / "c");
  play([](FileRecoveryTest& test) -> awaitable<void> {
    EXPECT_EQ(code_of(co_await test.files_->read("a")), Errc::kInvalid);
    EXPECT_EQ(code_of(co_await test.files_->read("b")), Errc::kInvalid);
    const auto through_link = co_await test.files_->read("c");
    EXPECT_TRUE(through_link && through_link->text == "two" && through_link->version == 0);
  }(*this));
  EXPECT_EQ(edits(3), (Rows{"remove a", "remove b", "remove c"}));
  reconcile();
  reconcile();
  EXPECT_EQ(edits(6), (Rows{"create a/below"})) << "a link is not a second file";
}

TEST_F(FileRecoveryTest, ReadingIgnoredFilesLogsNothing) {
  put_outside(".git/config", "x");
  put_outside("node_modules/p/i.js", "y");
  play([](FileRecoveryTest& test) -> awaitable<void> {
    const auto read = co_await test.files_->read(".git/config");
    EXPECT_TRUE(read && read->text == "x" && read->version == 0);
    EXPECT_TRUE(co_await test.files_->read("node_modules/p/i.js"));
    EXPECT_EQ(code_of(co_await test.files_->read(".git/missing")), Errc::kNotFound);
    EXPECT_TRUE(co_await test.files_->reconcile(".git/config", kOutside));
    const auto put = co_await test.files_->put(kAnn, ".git/config", "z", 0644);
    EXPECT_EQ(code_of(put), Errc::kDenied);
  }(*this));
  EXPECT_EQ(log_->head(), 0u);
  EXPECT_TRUE(index_.files().empty());
  EXPECT_EQ(on_disk(".git/config"), "x");
}

}  // namespace
}  // namespace coditect::workspace
