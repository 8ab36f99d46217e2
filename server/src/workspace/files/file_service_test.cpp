#include "workspace/files/file_service.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "workspace/files/file_service_test_support.h"

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

}  // namespace
}  // namespace coditect::workspace
