#include "storage/objects/file/file_store.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <fstream>
#include <functional>
#include <optional>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "storage/objects/object_store_conformance.h"

namespace coditect::objects {
namespace {

namespace fs = std::filesystem;

/// Steps that fail from one of them on, as they do when the process dies there or the disk does.
class FailingSteps final : public FileSteps {
 public:
  static constexpr int kNever = 1'000'000;

  Result<void> write(int fd, std::string_view bytes, std::uint64_t offset) override {
    // Half of the bytes reach the file: a torn write.
    if (fails("write")) {
      static_cast<void>(FileSteps::write(fd, bytes.substr(0, bytes.size() / 2), offset));
      return error_;
    }
    return FileSteps::write(fd, bytes, offset);
  }
  Result<void> sync(int fd) override {
    if (fails("sync")) return error_;
    on_sync_();
    return FileSteps::sync(fd);
  }
  Result<void> link(const fs::path& from, const fs::path& to) override {
    if (fails("link")) return error_;
    return FileSteps::link(from, to);
  }
  Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (fails("rename")) return error_;
    std::exchange(on_rename_, [] {})();
    return FileSteps::rename(from, to);
  }
  Result<void> sync_directory(const fs::path& path) override {
    if (fails("sync_directory " + path.filename().string())) return error_;
    on_sync_();
    return FileSteps::sync_directory(path);
  }

  int fail_from_ = kNever;
  Error error_ = system_error("write", EIO);
  std::vector<std::string> steps_;
  std::function<void()> on_sync_ = [] {};
  std::function<void()> on_rename_ = [] {};  // once, before it

 private:
  bool fails(std::string step) {
    steps_.push_back(std::move(step));
    return static_cast<int>(steps_.size()) > fail_from_;
  }
};

/// A folder that is removed with everything in it.
class Folder {
 public:
  Folder() : path_(testing::TempDir() + "objects-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path path() const { return path_; }

 private:
  std::string path_;
};

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_whole(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class FileUnderTest final : public StoreUnderTest {
 public:
  FileUnderTest() {
    auto opened = FileStore::open(folder_.path(), {pool_, random_});
    EXPECT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }
  ObjectStore& store() override { return *store_; }
  bool damage(const std::string& key) override {
    const fs::path path = folder_.path() / "objects" / key;
    std::string bytes = read_whole(path);
    bytes[10] = static_cast<char>(bytes[10] ^ 1);
    write_whole(path, bytes);
    return true;
  }

 private:
  Folder folder_;
  BlockingPool pool_{4};
  SystemRandom random_;
  std::unique_ptr<FileStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreConformance,
                         testing::Values(StoreBackend{"File",
                                                      [](asio::any_io_executor) {
                                                        return std::make_unique<FileUnderTest>();
                                                      }}),
                         conformance_name);

class FileStoreTest : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds kLockPatience{50};

  FileStoreTest() { reopen(); }

  void reopen() {
    store_.reset();
    store_ = open();
  }
  std::unique_ptr<FileStore> open() {
    auto opened = FileStore::open(folder_.path(), {pool_, random_, steps_, kLockPatience});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  template <class T>
  static T run(awaitable<T> call) {
    asio::io_context io;
    std::optional<T> result;
    asio::co_spawn(io, std::move(call), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      result = std::move(value);
    });
    io.run();
    return *std::move(result);
  }
  Result<ObjectInfo> put(const std::string& key, const std::string& content,
                         Condition condition = Always{}) {
    return run(store_->put(key, content, std::move(condition)));
  }
  std::string content(const std::string& key) {
    const auto object = run(store_->get(key, {}, 1u << 20));
    return object ? object->content : std::string(to_string(object.error().code));
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    const auto page = run(store_->list("", "", 100));
    if (!page) return {page.error().message};
    for (const ObjectInfo& info : page->objects) keys.push_back(info.key);
    return keys;
  }
  fs::path file(const std::string& key) const { return folder_.path() / "objects" / key; }
  std::size_t drafts() const { return files_in("drafts"); }
  std::size_t locks() const { return files_in("locks"); }
  std::size_t files_in(const char* folder) const {
    const fs::directory_iterator found(folder_.path() / folder);
    return static_cast<std::size_t>(std::distance(begin(found), end(found)));
  }

  Folder folder_;
  BlockingPool pool_{2};
  SystemRandom random_;
  std::shared_ptr<FailingSteps> steps_ = std::make_shared<FailingSteps>();
  std::unique_ptr<FileStore> store_;
};

TEST_F(FileStoreTest, AContentCanBeReadWithoutUs) {
  ASSERT_TRUE(put("folder/manifest.json", "{\"epoch\":7}"));
  const std::string bytes = read_whole(file("folder/manifest.json"));
  ASSERT_EQ(bytes.size(), 11 + kTrailerBytes);
  EXPECT_TRUE(bytes.starts_with("{\"epoch\":7}\ncoditect-object 1 "));
  EXPECT_TRUE(bytes.ends_with("\n"));
}

TEST_F(FileStoreTest, NobodyElseMayReadIt) {
  ASSERT_TRUE(put("folder/secret", "content"));
  for (const fs::path& path : {file("folder/secret"), file("folder")}) {
    EXPECT_EQ(fs::status(path).permissions() & fs::perms(077), fs::perms::none) << path;
  }
}

TEST_F(FileStoreTest, SyncsTheContentBeforeItsNameAndTheNameBeforeItAnswers) {
  steps_->steps_.clear();
  ASSERT_TRUE(put("a/b", "content", IfAbsent{}));
  EXPECT_EQ(steps_->steps_,
            (std::vector<std::string>{"write", "write", "sync", "link", "sync_directory a",
                                      "sync_directory objects"}));
  steps_->steps_.clear();
  ASSERT_TRUE(put("a/b", "newer"));
  EXPECT_EQ(steps_->steps_,
            (std::vector<std::string>{"write", "write", "sync", "rename", "sync_directory a",
                                      "sync_directory objects"}));
  steps_->steps_.clear();
  ASSERT_TRUE(run(store_->remove("a/b")));
  EXPECT_EQ(steps_->steps_,
            (std::vector<std::string>{"rename", "sync_directory a", "sync_directory objects"}));
}

TEST_F(FileStoreTest, ADiskThatFailsAtAnyStepLeavesTheOldVersionOrTheNew) {
  ASSERT_TRUE(put("a/b", "old"));
  for (int step = 0; step < 6; ++step) {
    steps_->steps_.clear();
    steps_->fail_from_ = step;
    const auto stored = put("a/b", "new");
    ASSERT_FALSE(stored) << step;
    EXPECT_EQ(stored.error().code, Errc::kUnavailable) << step;
    steps_->fail_from_ = FailingSteps::kNever;
    reopen();
    EXPECT_EQ(content("a/b"), step < 4 ? "old" : "new") << step;
    EXPECT_EQ(drafts(), 0u) << step;
    ASSERT_TRUE(put("a/b", "old"));
  }
}

TEST_F(FileStoreTest, ADiskThatFailsAtAnyStepLeavesNoPartOfANewObject) {
  for (int step = 0; step < 6; ++step) {
    steps_->steps_.clear();
    steps_->fail_from_ = step;
    ASSERT_FALSE(put("a/b", "new", IfAbsent{})) << step;
    steps_->fail_from_ = FailingSteps::kNever;
    reopen();
    EXPECT_EQ(content("a/b"), step < 4 ? "not_found" : "new") << step;
    ASSERT_TRUE(run(store_->remove("a/b")));
    EXPECT_FALSE(fs::exists(file("a"))) << step;
  }
}

TEST_F(FileStoreTest, AFullDiskIsUnavailableAndSaysWhatToDo) {
  steps_->error_ = system_error("write", ENOSPC);
  steps_->steps_.clear();
  steps_->fail_from_ = 0;
  const auto stored = put("key", "content");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::kUnavailable);
  EXPECT_NE(stored.error().hint, "");
  EXPECT_NE(stored.error().message.find(folder_.path().string()), std::string::npos);
  steps_->fail_from_ = FailingSteps::kNever;
  EXPECT_TRUE(put("key", "content"));
}

TEST_F(FileStoreTest, WhatACrashLeavesIsSweptByWhoeverIsAlone) {
  ASSERT_TRUE(put("key", "content"));
  write_whole(folder_.path() / "drafts" / "00000000deadbeef", "torn");
  const auto other = open();  // store_ has the folder open: the draft may be somebody's
  EXPECT_EQ(drafts(), 1u);
  store_.reset();
  auto third = open();
  EXPECT_EQ(drafts(), 1u);
  third.reset();
}

TEST_F(FileStoreTest, SweepsWhenItIsOpenedAgain) {
  ASSERT_TRUE(put("key", "content"));
  write_whole(folder_.path() / "drafts" / "00000000deadbeef", "torn");
  write_whole(folder_.path() / "drafts" / "00000000deadbef0" / "removed", "content");
  write_whole(folder_.path() / "locks" / "00", "00000000deadbeef");
  write_whole(folder_.path() / "locks" / "00.1", "");
  reopen();
  EXPECT_EQ(drafts(), 0u);
  EXPECT_EQ(locks(), 1u);
  EXPECT_EQ(content("key"), "content");
}

TEST_F(FileStoreTest, TwoStoresOfOneFolderRespectEachOther) {
  const auto other = open();
  const auto first = put("lease", "first");
  ASSERT_TRUE(first);
  ASSERT_TRUE(run(other->put("lease", "second", IfGeneration{first->generation})));
  const auto lost = put("lease", "lost", IfGeneration{first->generation});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::kConflict);
  EXPECT_EQ(content("lease"), "second");
}

TEST_F(FileStoreTest, AProcessThatIsFrozenBeforeItReplacesReplacesNothing) {
  const auto first = put("lease", "first");
  ASSERT_TRUE(first);
  const auto other = open();
  steps_->on_rename_ = [&] { EXPECT_TRUE(run(other->put("lease", "other", Always{}))); };
  const auto late = put("lease", "late", IfGeneration{first->generation});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kUnavailable);
  EXPECT_EQ(content("lease"), "other");
  EXPECT_EQ(drafts(), 0u);
  const auto lost = put("lease", "lost", IfGeneration{first->generation});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::kConflict);
  EXPECT_TRUE(put("lease", "newer"));
}

TEST_F(FileStoreTest, AProcessThatIsFrozenBeforeItRemovesRemovesNothing) {
  ASSERT_TRUE(put("lease", "first"));
  const auto other = open();
  steps_->on_rename_ = [&] {
    EXPECT_TRUE(run(other->remove("lease")));
    EXPECT_TRUE(run(other->put("lease", "other", IfAbsent{})));
  };
  const auto late = run(store_->remove("lease"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kUnavailable);
  EXPECT_EQ(content("lease"), "other");
  EXPECT_TRUE(run(store_->remove("lease")));
  EXPECT_EQ(content("lease"), "not_found");
  EXPECT_EQ(drafts(), 0u);
}

TEST_F(FileStoreTest, EveryFrozenHolderEndsARound) {
  const auto other = open();
  for (int round = 0; round < 4; ++round) {
    steps_->on_rename_ = [&] { EXPECT_TRUE(run(other->put("lease", "other", Always{}))); };
    EXPECT_FALSE(put("lease", "late"));
    EXPECT_EQ(content("lease"), "other");
  }
  EXPECT_EQ(locks(), 1u + 1u + 4u);  // "open", the key's, and those of the rounds
}

TEST_F(FileStoreTest, ANewNameWaitsForNobody) {
  steps_->on_rename_ = [&] { EXPECT_TRUE(run(store_->put("new", "name", IfAbsent{}))); };
  EXPECT_TRUE(put("lease", "second"));
  EXPECT_EQ(locks(), 2u);
}

TEST_F(FileStoreTest, HoldsNoLockWhileADiskSyncs) {
  ASSERT_TRUE(put("a/lease", "first"));
  steps_->on_sync_ = [&] {
    for (const fs::directory_entry& lock : fs::directory_iterator(folder_.path() / "locks")) {
      if (lock.path().filename() == "open") continue;
      EXPECT_TRUE(FileLock::try_now(lock.path(), FileLock::Kind::kExclusive)) << lock.path();
    }
  };
  EXPECT_TRUE(put("a/lease", "second"));
  EXPECT_TRUE(run(store_->remove("a/lease")));
}

TEST_F(FileStoreTest, AGenerationOfARemovedObjectNeverComesBack) {
  const auto first = put("key", "content");
  ASSERT_TRUE(first);
  ASSERT_TRUE(run(store_->remove("key")));
  const auto second = put("key", "content");
  ASSERT_TRUE(second);
  EXPECT_NE(first->generation, second->generation);
}

TEST_F(FileStoreTest, AKeyThatIsAFolderIsRefused) {
  ASSERT_TRUE(put("a/b", "content"));
  ASSERT_TRUE(put("c", "content"));
  for (const std::string key : {"a", "c/d", "c/d/e"}) {
    for (const Condition& condition : {Condition{Always{}}, Condition{IfAbsent{}}}) {
      const auto stored = put(key, "content", condition);
      ASSERT_FALSE(stored) << key;
      EXPECT_EQ(stored.error().code, Errc::kInvalid) << key << ": " << stored.error().message;
    }
    EXPECT_EQ(content(key), "not_found") << key;
    EXPECT_TRUE(run(store_->remove(key))) << key;
  }
  EXPECT_EQ(keys(), (std::vector<std::string>{"a/b", "c"}));
}

TEST_F(FileStoreTest, AnEmptyFolderIsNotInTheWay) {
  fs::create_directories(file("a"));
  EXPECT_EQ(content("a"), "not_found");
  ASSERT_TRUE(put("a", "content", IfAbsent{}));
  EXPECT_EQ(content("a"), "content");
}

TEST_F(FileStoreTest, EmptyFoldersGoWithTheirLastObject) {
  ASSERT_TRUE(put("a/b/c/d", "content"));
  ASSERT_TRUE(put("a/e", "content"));
  ASSERT_TRUE(run(store_->remove("a/b/c/d")));
  EXPECT_TRUE(fs::exists(file("a")));
  EXPECT_FALSE(fs::exists(file("a/b")));
  ASSERT_TRUE(run(store_->remove("a/e")));
  EXPECT_FALSE(fs::exists(file("a")));
  EXPECT_TRUE(fs::exists(file("")));
}

TEST_F(FileStoreTest, DamageOfEveryKindIsSeenAndListed) {
  const auto stored = put("object", "0123456789");
  ASSERT_TRUE(stored);
  const std::string good = read_whole(file("object"));
  std::string flipped = good;
  flipped[good.size() - 3] = flipped[good.size() - 3] == '0' ? '1' : '0';
  const std::string damaged[] = {
      "",                  // emptied
      good.substr(0, 20),  // cut
      good.substr(1),      // a byte lost
      "x" + good,          // a byte more
      good + "\n",         // edited by a person
      flipped,             // the trailer itself
      "0123456789",        // put there by a person
  };
  for (const std::string& bytes : damaged) {
    write_whole(file("object"), bytes);
    EXPECT_EQ(content("object"), "internal") << bytes;
    const auto head = run(store_->head("object"));
    ASSERT_FALSE(head);
    EXPECT_NE(head.error().message.find(file("object").string()), std::string::npos);
    const auto page = run(store_->list("", "", 10));
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->objects.size(), 1u);
    EXPECT_EQ(page->objects[0].generation, "");
    const auto absent = put("object", "new", IfAbsent{});
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, Errc::kConflict);
    const auto update = put("object", "new", IfGeneration{stored->generation});
    ASSERT_FALSE(update);
    EXPECT_EQ(update.error().code, Errc::kConflict);
  }
  ASSERT_TRUE(put("object", "mended"));
  EXPECT_EQ(content("object"), "mended");
}

TEST_F(FileStoreTest, SkipsWhatNoStoreHasPutThere) {
  ASSERT_TRUE(put("object", "content"));
  fs::create_directories(file("empty/folder"));
  fs::create_symlink(file("object"), file("link"));
  ASSERT_EQ(::mkfifo(file("pipe").c_str(), 0600), 0);
  write_whole(file("bad\nname"), "content");
  EXPECT_EQ(keys(), std::vector<std::string>{"object"});
  EXPECT_NE(content("pipe"), "content");
  EXPECT_NE(content("link"), "content");
}

TEST_F(FileStoreTest, AReaderKeepsTheVersionThatItHasOpened) {
  ASSERT_TRUE(put("object", std::string(3u << 20, 'a')));
  std::string got;
  const ByteSink sink = [&](std::string_view part) -> Result<void> {
    if (got.empty()) {
      fs::remove(file("object"));
      write_whole(file("object"), std::string(5u << 20, 'b'));
    }
    got += part;
    return {};
  };
  ASSERT_TRUE(run(store_->read("object", {}, sink)));
  EXPECT_EQ(got, std::string(3u << 20, 'a'));
}

TEST_F(FileStoreTest, AServerThatStandsStillWhileItStartsIsNamed) {
  store_.reset();
  const auto sweeps =
      FileLock::try_now(folder_.path() / "locks" / "open", FileLock::Kind::kExclusive);
  ASSERT_TRUE(sweeps);
  const auto opened = FileStore::open(folder_.path(), {pool_, random_, steps_, kLockPatience});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kUnavailable);
  EXPECT_NE(opened.error().hint, "");
}

TEST_F(FileStoreTest, AFolderThatCannotBeMadeIsAnError) {
  write_whole(folder_.path() / "taken", "a file");
  const auto opened = FileStore::open(folder_.path() / "taken", {pool_, random_, steps_});
  EXPECT_FALSE(opened);
}

TEST_F(FileStoreTest, AFolderThatIsGoneHasLostNothing) {
  ASSERT_TRUE(put("object", "content"));
  const fs::path away = folder_.path().string() + ".away";
  fs::rename(folder_.path(), away);
  for (const Errc code :
       {run(store_->head("object")).error().code, run(store_->get("object", {}, 100)).error().code,
        run(store_->list("", "", 10)).error().code, run(store_->remove("object")).error().code,
        put("object", "other").error().code, put("new", "other").error().code}) {
    EXPECT_EQ(code, Errc::kUnavailable);
  }
  EXPECT_FALSE(fs::exists(folder_.path())) << "something was made in its place";
  fs::rename(away, folder_.path());
  EXPECT_EQ(content("object"), "content");
}

}  // namespace
}  // namespace coditect::objects
