#include "workspace/files/write_recovery.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/posix_file.h"
#include "base/random.h"
#include "base/sha256.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

std::string hash_or_none(const std::string& content) {
  return content.empty() ? "" : sha256_hex(content);
}

/// A project as a crash may leave it, and the events whose changes may be missing. The empty
/// content stands for "no file".
class WriteRecoveryTest : public testing::Test {
 protected:
  WriteRecoveryTest() {
    fs::create_directories(base_ / "project");
    fs::create_directories(base_ / "staging");
  }
  ~WriteRecoveryTest() override { fs::remove_all(base_); }

  void put(const std::string& path, const std::string& content) const {
    fs::remove(base_ / "project" / path);
    if (content.empty()) return;
    fs::create_directories((base_ / "project" / path).parent_path());
    std::ofstream(base_ / "project" / path, std::ios::binary) << content;
  }
  std::string on_disk(const std::string& path) const {
    auto bytes = read_file(base_ / "project" / path);
    return bytes ? *std::move(bytes) : "";
  }
  std::string stage(std::string_view content, std::uint32_t mode = 0644) const {
    auto name = folder_.stage(content, mode);
    EXPECT_TRUE(name);
    return name ? *name : "";
  }
  /// The event of a write; `intent` is the staged file, "" where the log does not name one.
  Event wrote(const std::string& path, const std::string& before, const std::string& after,
              const std::string& intent) {
    return event({{"op", before.empty() ? "create" : "write"},
                  {"path", path},
                  {"hash", hash_or_none(after)},
                  {"before", hash_or_none(before)}},
                 intent);
  }
  Event removed(const std::string& path, const std::string& before, const std::string& intent) {
    return event({{"op", "remove"}, {"path", path}, {"hash", ""}, {"before", hash_or_none(before)}},
                 intent);
  }
  Event moved(const std::string& from, const std::string& to, const std::string& content,
              const std::string& intent) {
    return event({{"op", "move"},
                  {"path", to},
                  {"from", from},
                  {"hash", hash_or_none(content)},
                  {"before", hash_or_none(content)}},
                 intent);
  }
  void complete(const std::vector<Event>& events) const {
    const auto completed = complete_writes(folder_, events);
    EXPECT_TRUE(completed) << completed.error().message;
    EXPECT_TRUE(fs::is_empty(base_ / "staging"));
  }

  const fs::path base_ = fs::temp_directory_path() / SystemRandom().id("coditect_recovery_");
  const ProjectFolder folder_{base_ / "project", base_ / "staging"};

 private:
  Event event(json::object data, const std::string& intent) {
    Event event;
    event.seq = ++seq_;
    event.type = "file_edit";
    event.data = std::move(data);
    if (!intent.empty()) event.data["intent"] = intent;
    return event;
  }

  Sequence seq_ = 0;
};

TEST_F(WriteRecoveryTest, CompletesWhatWasLoggedAndNotDone) {
  put("old.txt", "before");
  put("from.txt", "moved");
  put("x/gone.txt", "bye");
  const std::vector<Event> events{wrote("new/a.txt", "", "one", stage("one", 0755)),
                                  wrote("old.txt", "before", "after", stage("after")),
                                  moved("from.txt", "to.txt", "moved", stage(kIntentMark)),
                                  removed("x/gone.txt", "bye", stage(kIntentMark))};
  complete(events);
  EXPECT_EQ(on_disk("new/a.txt"), "one");
  EXPECT_EQ(fs::status(base_ / "project" / "new" / "a.txt").permissions(), fs::perms(0755));
  EXPECT_EQ(on_disk("old.txt"), "after");
  EXPECT_EQ(on_disk("to.txt"), "moved");
  EXPECT_EQ(on_disk("from.txt"), "");
  EXPECT_FALSE(fs::exists(base_ / "project" / "x"));
  complete(events);
  EXPECT_EQ(on_disk("old.txt"), "after");
  EXPECT_EQ(on_disk("to.txt"), "moved");
}

TEST_F(WriteRecoveryTest, NothingIsDoneTwice) {
  // Everything was in place, then somebody put the old content back, byte for byte.
  put("a", "before");
  put("b", "bye");
  put("c", "moved");
  const std::string gone = "w_gone";
  complete({wrote("a", "before", "after", gone), removed("b", "bye", gone),
            moved("c", "d", "moved", gone), wrote("e", "", "new", gone)});
  EXPECT_EQ(on_disk("a"), "before");
  EXPECT_EQ(on_disk("b"), "bye");
  EXPECT_EQ(on_disk("c"), "moved");
  EXPECT_EQ(on_disk("d"), "");
  EXPECT_EQ(on_disk("e"), "");
}

TEST_F(WriteRecoveryTest, WhatWasOnlyFoundIsNotPutBack) {
  put("a", "before");
  complete({wrote("a", "before", "theirs", ""), removed("a", "before", "")});
  EXPECT_EQ(on_disk("a"), "before");
}

TEST_F(WriteRecoveryTest, WhatOthersChangedSinceStays) {
  for (const char* path : {"a", "b", "c", "d", "to"}) put(path, "theirs");
  put("from", "moved");
  complete({wrote("a", "", "ours", stage("ours")), wrote("b", "before", "ours", stage("ours")),
            removed("c", "before", stage(kIntentMark)),
            moved("d", "e", "before", stage(kIntentMark)),
            moved("from", "to", "moved", stage(kIntentMark)),
            wrote("missing", "before", "ours", stage("ours")),
            removed("missing", "before", stage(kIntentMark))});
  for (const char* path : {"a", "b", "c", "d", "to"}) EXPECT_EQ(on_disk(path), "theirs") << path;
  EXPECT_EQ(on_disk("from"), "moved");
  EXPECT_EQ(on_disk("e"), "");
  EXPECT_EQ(on_disk("missing"), "");
}

TEST_F(WriteRecoveryTest, ACrashInTheMiddleOfAnExchangeLosesNothing) {
  // Exchanged, and what came out not yet deleted; it was what was expected.
  put("a", "after");
  // Exchanged, and what came out was another program's.
  put("b", "after");
  complete({wrote("a", "before", "after", stage("before")),
            wrote("b", "before", "after", stage("theirs")), removed("c", "before", stage("theirs")),
            removed("d", "before", stage("before"))});
  EXPECT_EQ(on_disk("a"), "after");
  EXPECT_EQ(on_disk("b"), "theirs");
  EXPECT_EQ(on_disk("c"), "theirs");
  EXPECT_EQ(on_disk("d"), "");
}

TEST_F(WriteRecoveryTest, CompletesTheLastOfSeveralChangesOfAFile) {
  // The last one was not put in place; those before it were, and one of them was the same change.
  put("a", "1");
  complete({wrote("a", "1", "2", "w_gone1"), wrote("a", "2", "1", "w_gone2"),
            wrote("a", "1", "2", stage("2"))});
  EXPECT_EQ(on_disk("a"), "2");
}

TEST_F(WriteRecoveryTest, RefusesAnIntentThatLeadsOut) {
  std::ofstream(base_ / "secret") << "secret";
  EXPECT_FALSE(complete_writes(folder_, {wrote("a", "", "secret", "../secret")}));
  EXPECT_TRUE(fs::exists(base_ / "secret"));
  EXPECT_EQ(on_disk("a"), "");
}

TEST_F(WriteRecoveryTest, EmptiesTheStagingFolder) {
  stage("of a change that never reached the log");
  complete({});
}

}  // namespace
}  // namespace coditect::workspace
