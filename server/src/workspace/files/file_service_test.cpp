#include "workspace/files/file_service.h"

#include <functional>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "workspace/files/file_service_test_support.h"
#include "workspace/log/manual_gate.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

using FileServiceTest = FileServiceFixture;

TEST_F(FileServiceTest, ChangesOnlyTheVersionThatTheWriterSaw) {
  play([](FileServiceTest& test) -> awaitable<void> {
    FileService& files = *test.files_;
    const auto first = co_await files.change(kAnn, "a.txt", 0, std::nullopt, becomes("one"));
    EXPECT_TRUE(first.ok());
    const auto again = co_await files.change(kAnn, "a.txt", 0, std::nullopt, becomes("two"));
    EXPECT_EQ(code_of(again), Errc::kConflict);
    const auto second =
        co_await files.change(kAnn, "a.txt", first->version, std::nullopt, becomes("two"));
    EXPECT_TRUE(second && second->version > first->version);
    const auto stale =
        co_await files.change(kClaude, "a.txt", first->version, std::nullopt, becomes("three"));
    EXPECT_EQ(code_of(stale), Errc::kConflict);
    const auto text = co_await files.read("a.txt");
    EXPECT_TRUE(text && text->text == "two" && text->version == second->version);
    EXPECT_EQ(code_of(co_await files.remove(kAnn, "a.txt", first->version)), Errc::kConflict);
    EXPECT_EQ(code_of(co_await files.move(kAnn, "a.txt", "b.txt", 99)), Errc::kConflict);
    const auto gone = co_await files.change(kAnn, "no.txt", 3, std::nullopt, becomes("x"));
    EXPECT_EQ(code_of(gone), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "two");
  EXPECT_EQ(log_->head(), 2u);
  EXPECT_TRUE(staged().empty());
}

TEST_F(FileServiceTest, ARefusedEditLeavesNothingBehind) {
  play([](FileServiceTest& test) -> awaitable<void> {
    const auto refuse = [](const CurrentFile&) -> Result<std::string> { return invalid("no"); };
    FileService& files = *test.files_;
    const std::optional<Sequence> any;
    EXPECT_EQ(code_of(co_await files.change(kAnn, "a", any, std::nullopt, refuse)), Errc::kInvalid);
    const auto binary = co_await files.change(kAnn, "a", any, std::nullopt, becomes("\xff"));
    EXPECT_EQ(code_of(binary), Errc::kInvalid);
    const std::string large(limits::kFileBytesMax + 1, 'x');
    const auto too_large = co_await files.change(kAnn, "a", any, std::nullopt, becomes(large));
    EXPECT_EQ(code_of(too_large), Errc::kLimit);
  }(*this));
  EXPECT_EQ(log_->head(), 0u);
  EXPECT_TRUE(fs::is_empty(project()));
  EXPECT_TRUE(staged().empty());
}

TEST_F(FileServiceTest, OnlyTheHolderOfTheLockWritesAndOnlyWithItsToken) {
  play([](FileServiceTest& test) -> awaitable<void> {
    FileService& files = *test.files_;
    co_await test.write("a.txt", "one");
    const std::uint64_t token = test.lock("a.txt", "agent:claude");
    const std::optional<Sequence> any;
    const auto other = co_await files.change(kAnn, "a.txt", any, std::nullopt, becomes("x"));
    EXPECT_EQ(code_of(other), Errc::kLocked);
    const auto stolen = co_await files.change(kAnn, "a.txt", any, token, becomes("x"));
    EXPECT_EQ(code_of(stolen), Errc::kDenied);
    EXPECT_EQ(code_of(co_await files.remove(kAnn, "a.txt", any)), Errc::kLocked);
    EXPECT_EQ(code_of(co_await files.move(kAnn, "a.txt", "b.txt", any)), Errc::kLocked);
    EXPECT_TRUE(co_await files.change(kClaude, "a.txt", any, token, becomes("two")));
    const auto unknown = co_await files.change(kClaude, "a.txt", any, token + 1, becomes("x"));
    EXPECT_EQ(code_of(unknown), Errc::kNotFound);
    test.clock_.advance(limits::kLockLease * 2);
    const auto expired = co_await files.change(kClaude, "a.txt", any, token, becomes("x"));
    EXPECT_EQ(code_of(expired), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "two");
  EXPECT_EQ(applied_.back().data.at("lock"), 1);
}

TEST_F(FileServiceTest, ALockTakenWhileAWriteIsStagedStopsIt) {
  play([](FileServiceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const std::optional<Sequence> any;
    auto late = [&test](const CurrentFile&) -> Result<std::string> {
      test.lock("a.txt", "agent:claude");
      return std::string("two");
    };
    const auto written = co_await test.files_->change(kAnn, "a.txt", any, std::nullopt, late);
    EXPECT_EQ(code_of(written), Errc::kLocked);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
  EXPECT_TRUE(staged().empty());
}

TEST_F(FileServiceTest, MovesAndRemoves) {
  play([](FileServiceTest& test) -> awaitable<void> {
    FileService& files = *test.files_;
    const std::optional<Sequence> any;
    const Written made = co_await test.write("a/b.txt", "one");
    co_await test.write("c.txt", "other");
    EXPECT_EQ(code_of(co_await files.move(kAnn, "a/b.txt", "c.txt", any)), Errc::kConflict);
    EXPECT_EQ(code_of(co_await files.move(kAnn, "no", "d.txt", any)), Errc::kNotFound);
    EXPECT_EQ(code_of(co_await files.move(kAnn, "c.txt", "a", any)), Errc::kInvalid);
    EXPECT_TRUE(co_await files.move(kAnn, "a/b.txt", "d/e.txt", made.version));
    EXPECT_EQ(code_of(co_await files.read("a/b.txt")), Errc::kNotFound);
    EXPECT_TRUE(co_await files.remove(kAnn, "d/e.txt", any));
    EXPECT_EQ(code_of(co_await files.remove(kAnn, "d/e.txt", any)), Errc::kNotFound);
  }(*this));
  EXPECT_EQ(index_.files().size(), 1u);
  EXPECT_FALSE(fs::exists(project() / "d"));
  EXPECT_EQ(*blobs_->get(sha256_hex("one")), "one");
}

TEST_F(FileServiceTest, RefusesPathsThatAreNotTheProjects) {
  fs::create_directory_symlink("/tmp", project() / "out");
  fs::create_directories(project() / "folder");
  archive::overwrite(root() / "secret", "secret");
  play([](FileServiceTest& test) -> awaitable<void> {
    FileService& files = *test.files_;
    const std::optional<Sequence> any;
    for (const char* path : {"", "..", "../secret", "/etc/passwd", "a/../../secret", "out/x",
                             "folder", ".git/config", "a/.git/hooks/x", "node_modules/x.js"}) {
      const auto written = co_await files.change(kAnn, path, any, std::nullopt, becomes("x"));
      EXPECT_FALSE(written) << path;
    }
    for (const char* path : {"", "../secret", "/etc/passwd", "out/x", "folder"}) {
      EXPECT_FALSE(co_await files.read(path)) << path;
    }
    co_await test.write("a.txt", "one");
    EXPECT_FALSE(co_await files.move(kAnn, "a.txt", "../b.txt", any));
    EXPECT_FALSE(co_await files.move(kAnn, "a.txt", "out/b.txt", any));
    EXPECT_FALSE(co_await files.move(kAnn, "a.txt", ".git/hooks/x", any));
    EXPECT_FALSE(co_await files.move(kAnn, "a.txt", "a.txt", any));
    EXPECT_FALSE(co_await files.remove(kAnn, "../secret", any));
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
  EXPECT_EQ(log_->head(), 1u);
  EXPECT_TRUE(fs::exists(root() / "secret"));
}

/// What other programs do at the worst moments.
class FileRaceTest : public FileServiceFixture {
 public:
  /// Runs when the event of a change by a person or an agent has its place in the log, and its file
  /// is not yet in place.
  std::function<void()> meanwhile_;

  void apply(const Event& event) override {
    FileServiceFixture::apply(event);
    if (event.actor == kAnn.name && meanwhile_) std::exchange(meanwhile_, nullptr)();
  }
  /// The events after `from`, as "actor op path".
  std::vector<std::string> edits(std::size_t from) const {
    std::vector<std::string> rows;
    for (std::size_t i = from; i < applied_.size(); ++i) {
      const json::object& data = applied_[i].data;
      rows.push_back(applied_[i].actor + " " + *find_string(data, "op") + " " +
                     *find_string(data, "path"));
    }
    return rows;
  }
  /// Log and disk say the same.
  void expect_agreement() {
    for (const auto& [path, info] : index_.files()) {
      EXPECT_EQ(info.hash, sha256_hex(on_disk(path))) << path;
    }
    EXPECT_TRUE(staged().empty());
  }
};

using Rows = std::vector<std::string>;

TEST_F(FileRaceTest, AnOutsideChangeBeforeTheWriteIsLoggedLeavesNoTrace) {
  play([](FileRaceTest& test) -> awaitable<void> {
    const Written made = co_await test.write("a.txt", "one");
    auto late = [&test](const CurrentFile&) -> Result<std::string> {
      test.put_outside("a.txt", "theirs");
      return std::string("ours");
    };
    const auto written =
        co_await test.files_->change(kAnn, "a.txt", made.version, std::nullopt, late);
    EXPECT_EQ(code_of(written), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "theirs");
  EXPECT_EQ(log_->head(), 1u);
  EXPECT_TRUE(staged().empty());
}

TEST_F(FileRaceTest, AnOutsideChangeAfterTheWriteIsLoggedIsPutBack) {
  play([](FileRaceTest& test) -> awaitable<void> {
    const Written made = co_await test.write("a.txt", "one");
    test.meanwhile_ = [&test] { test.put_outside("a.txt", "theirs"); };
    const auto written =
        co_await test.files_->change(kAnn, "a.txt", made.version, std::nullopt, becomes("ours"));
    EXPECT_EQ(code_of(written), Errc::kConflict);
    EXPECT_NE(written.error().message.find("event 2"), std::string::npos);
    EXPECT_FALSE(written.error().hint.empty());
    EXPECT_EQ(test.log_->durable_head(), 3u);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "theirs");
  EXPECT_EQ(edits(1), (Rows{"user:ann write a.txt", "user:outside write a.txt"}));
  EXPECT_EQ(*find_string(applied_[2].data, "before"), sha256_hex("ours"));
  expect_agreement();
}

TEST_F(FileRaceTest, AFileThatAppearsWhereOneIsCreatedStays) {
  play([](FileRaceTest& test) -> awaitable<void> {
    test.meanwhile_ = [&test] { test.put_outside("a.txt", "theirs"); };
    const auto made = co_await test.files_->change(kAnn, "a.txt", 0, std::nullopt, becomes("ours"));
    EXPECT_EQ(code_of(made), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "theirs");
  expect_agreement();
}

TEST_F(FileRaceTest, AFileThatIsDeletedMeanwhileStaysDeleted) {
  play([](FileRaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    test.meanwhile_ = [&test] { fs::remove(test.project() / "a.txt"); };
    const std::optional<Sequence> any;
    const auto written =
        co_await test.files_->change(kAnn, "a.txt", any, std::nullopt, becomes("ours"));
    EXPECT_EQ(code_of(written), Errc::kConflict);
  }(*this));
  EXPECT_EQ(edits(1), (Rows{"user:ann write a.txt", "user:outside remove a.txt"}));
  EXPECT_TRUE(index_.files().empty());
  expect_agreement();
}

TEST_F(FileRaceTest, OnlyWhatSomebodySawIsRemoved) {
  play([](FileRaceTest& test) -> awaitable<void> {
    const Written made = co_await test.write("a.txt", "one");
    test.meanwhile_ = [&test] { test.put_outside("a.txt", "theirs"); };
    const auto removed = co_await test.files_->remove(kAnn, "a.txt", made.version);
    EXPECT_EQ(code_of(removed), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "theirs");
  EXPECT_EQ(edits(1), (Rows{"user:ann remove a.txt", "user:outside create a.txt"}));
  expect_agreement();
}

TEST_F(FileRaceTest, AMoveThatFailsIsTakenBack) {
  play([](FileRaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    test.meanwhile_ = [&test] { test.put_outside("b.txt", "theirs"); };
    const std::optional<Sequence> any;
    EXPECT_EQ(code_of(co_await test.files_->move(kAnn, "a.txt", "b.txt", any)), Errc::kConflict);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
  EXPECT_EQ(on_disk("b.txt"), "theirs");
  EXPECT_EQ(edits(1),
            (Rows{"user:ann move b.txt", "system create a.txt", "user:outside write b.txt"}));
  expect_agreement();
}

TEST_F(FileRaceTest, AFolderInTheWayIsNoFile) {
  play([](FileRaceTest& test) -> awaitable<void> {
    test.meanwhile_ = [&test] { fs::create_directories(test.project() / "a.txt" / "deep"); };
    const auto made = co_await test.files_->change(kAnn, "a.txt", 0, std::nullopt, becomes("x"));
    EXPECT_EQ(code_of(made), Errc::kConflict);
    const auto again = co_await test.files_->change(kAnn, "a.txt", 0, std::nullopt, becomes("x"));
    EXPECT_EQ(code_of(again), Errc::kInvalid);
  }(*this));
  EXPECT_EQ(edits(0), (Rows{"user:ann create a.txt", "system remove a.txt"}));
  EXPECT_TRUE(index_.files().empty());
  expect_agreement();
}

TEST_F(FileRaceTest, AWriteThatTheDiskRefusesIsTakenBack) {
  play([](FileRaceTest& test) -> awaitable<void> {
    co_await test.write("a/b.txt", "one");
    // A file where the folder was: nothing below it can be put in place.
    test.meanwhile_ = [&test] {
      fs::rename(test.project() / "a", test.root() / "away");
      test.put_outside("a", "in the way");
    };
    const std::optional<Sequence> any;
    const auto written =
        co_await test.files_->change(kAnn, "a/b.txt", any, std::nullopt, becomes("two"));
    EXPECT_FALSE(written);
    EXPECT_NE(written.error().message.find("event 2"), std::string::npos);
    fs::remove(test.project() / "a");
    fs::rename(test.root() / "away", test.project() / "a");
    const auto read = co_await test.files_->read("a/b.txt");
    EXPECT_TRUE(read && read->text == "one");
    EXPECT_TRUE(co_await test.files_->change(kAnn, "a/b.txt", read->version, std::nullopt,
                                             becomes("three")));
  }(*this));
  EXPECT_EQ(on_disk("a/b.txt"), "three");
  expect_agreement();
}

TEST_F(FileServiceTest, OfManyWritersOnOneVersionOneWins) {
  std::vector<Errc> refused;
  int won = 0;
  play([](FileServiceTest& test, int& wins, std::vector<Errc>& losses) -> awaitable<void> {
    const Written made = co_await test.write("a.txt", "start");
    for (int i = 0; i < 20; ++i) {
      auto writer = test.files_->change(i % 2 == 0 ? kAnn : kClaude, "a.txt", made.version,
                                        std::nullopt, becomes("writer " + std::to_string(i)));
      asio::co_spawn(
          test.strand_, std::move(writer),
          [&wins, &losses](const std::exception_ptr& broken, const Result<Written>& written) {
            EXPECT_EQ(broken, nullptr);
            written ? void(++wins) : losses.push_back(written.error().code);
          });
    }
  }(*this, won, refused));
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, std::vector(19, Errc::kConflict));
  EXPECT_EQ(log_->head(), 2u);
  EXPECT_TRUE(staged().empty());
}

/// Made before the fixture that uses it.
struct HasGate {
  ManualGate gate_;
};

/// Files of a workspace whose events are acknowledged once they are off the machine.
class ReplicatedFileServiceTest : public HasGate, public FileServiceFixture {
 public:
  ReplicatedFileServiceTest() : FileServiceFixture({&gate_, Durability::kReplicated}) {}

  /// Resumes once `done` says so; work that the strand has goes on meanwhile.
  awaitable<void> until(std::function<bool()> done) {
    for (int turn = 0; !done(); ++turn) {
      check(turn < 10'000, "what the test waits for happens");
      asio::steady_timer timer(strand_, std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
  /// Begins work whose answer is told through `answer`.
  void begin(awaitable<Result<Written>> work, std::optional<Result<Written>>& answer) {
    asio::co_spawn(strand_, std::move(work), [&answer](std::exception_ptr, Result<Written> result) {
      answer = std::move(result);
    });
  }
};

TEST_F(ReplicatedFileServiceTest, WhatIsLoggedIsPutInPlaceThoughItMayNotBeAcknowledged) {
  play([](ReplicatedFileServiceTest& test) -> awaitable<void> {
    FileService& files = *test.files_;
    std::optional<Result<Written>> made, moved, removed;
    test.begin(files.change(kAnn, "a.txt", 0, std::nullopt, becomes("one")), made);
    co_await test.until([&] { return test.on_disk("a.txt") == "one"; });
    // Cut off from the store at this moment, the node may not tell; the file is as the log says.
    EXPECT_EQ(test.log_->durable_head(), 0u);
    EXPECT_FALSE(made);
    EXPECT_TRUE(test.staged().empty());
    test.gate_.ship(1);
    co_await test.until([&] { return made.has_value(); });
    EXPECT_TRUE(*made);

    test.begin(files.move(kAnn, "a.txt", "b.txt", std::nullopt), moved);
    co_await test.until([&] { return test.on_disk("b.txt") == "one"; });
    EXPECT_FALSE(moved);
    test.gate_.ship(2);
    co_await test.until([&] { return moved.has_value(); });

    test.begin(files.remove(kAnn, "b.txt", std::nullopt), removed);
    co_await test.until([&] { return test.on_disk("b.txt") == "(none)"; });
    EXPECT_FALSE(removed);
    test.gate_.ship(3);
    co_await test.until([&] { return removed.has_value(); });
    EXPECT_TRUE(*moved && *removed);
    EXPECT_TRUE(co_await test.log_->close());
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
