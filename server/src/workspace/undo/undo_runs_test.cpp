#include "workspace/undo/undo_runs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/sha256.h"
#include "workspace/undo/hunks.h"

namespace coditect::workspace {
namespace {

FileThen file(const std::string& text, std::uint32_t mode = 0644) {
  return FileVersion{sha256_hex(text), mode, text, "", 0};
}

TaskRun run(const std::string& path, FileThen before, FileThen after, Sequence last = 1) {
  return {path, "", std::move(before), std::move(after), last, "agent:kimi (event 9)"};
}

const ContentOf kContent = [](const FileVersion& version) -> Result<std::string> {
  return *version.text;
};

Undone undo(const std::vector<TaskRun>& runs, std::map<std::string, FileThen> now) {
  auto undone = undo_runs(runs, std::move(now), kContent);
  EXPECT_TRUE(undone);
  return *std::move(undone);
}

TEST(UndoRuns, WhatNobodyElseTouchedIsAsBefore) {
  const Undone undone =
      undo({run("new", {}, file("x")), run("old", file("y", 0755), {}),
            run("a", file("1\n"), file("2\n")), run("m", file("m"), file("m", 0755))},
           {{"new", file("x")}, {"old", {}}, {"a", file("2\n")}, {"m", file("m", 0755)}});
  EXPECT_TRUE(undone.refused.empty());
  EXPECT_FALSE(undone.files.at("new").then);
  EXPECT_EQ(undone.files.at("old").then, file("y", 0755));
  EXPECT_EQ(undone.files.at("a").then, file("1\n"));
  EXPECT_EQ(undone.files.at("m").then, file("m"));
}

TEST(UndoRuns, LaterChangesElsewhereInTheFileStay) {
  const Undone undone = undo({run("a", file("1\n2\n3\n"), file("one\n2\n3\n"))},
                             {{"a", file("one\n2\nthree\nfour\n")}});
  EXPECT_TRUE(undone.refused.empty());
  EXPECT_EQ(undone.files.at("a").then->text, "1\n2\nthree\nfour\n");
}

TEST(UndoRuns, RunsAreTakenBackLastFirstAroundWhatOthersDid) {
  const auto base = file("1\n2\n3\n4\n5\n"), first = file("I\n2\n3\n4\n5\n");
  const auto theirs = file("I\n2\nIII\n4\n5\n"), second = file("I\n2\nIII\n4\nV\n");
  const Undone undone =
      undo({run("a", base, first, 1), run("a", theirs, second, 3)}, {{"a", second}});
  EXPECT_TRUE(undone.refused.empty());
  EXPECT_EQ(undone.files.at("a").then->text, "1\n2\nIII\n4\n5\n");
}

TEST(UndoRuns, NamesThePlacesThatOthersChanged) {
  const Undone undone = undo(
      {run("a", file("1\n2\n3\n4\n"), file("one\n2\n3\nfour\n")), run("gone", file("g"), file("G")),
       run("made", {}, file("m")), run("taken", file("t"), {}),
       run("bytes", file(std::string("\0a", 2)), file(std::string("\0b", 2)))},
      {{"a", file("uno\n2\n3\nfour\n")},
       {"gone", {}},
       {"made", file("m and more")},
       {"taken", file("another")},
       {"bytes", file(std::string("\0c", 2))}});
  EXPECT_EQ(undone.files.size(), 1u);
  EXPECT_EQ(undone.files.at("a").then->text, "uno\n2\n3\n4\n") << "what can be taken back is";
  ASSERT_EQ(undone.refused.size(), 5u);
  for (const Refused& refused : undone.refused) {
    EXPECT_NE(refused.why.find("agent:kimi (event 9)"), std::string::npos) << refused.path;
  }
  const Refused& lines = undone.refused.back();
  EXPECT_EQ(lines.path, "a");
  EXPECT_EQ(lines.from_line, 1u);
  EXPECT_EQ(lines.to_line, 1u);
}

TEST(UndoRuns, AMoveIsTakenBackWithLaterChanges) {
  TaskRun move{"to", "from", {}, {}, 1, ""};
  Undone undone = undo({move}, {{"from", {}}, {"to", file("changed since", 0755)}});
  EXPECT_EQ(undone.files.at("from").then, file("changed since", 0755));
  EXPECT_EQ(undone.files.at("from").moved_to, "to");
  EXPECT_EQ(undone.files.at("to").moved_from, "from");
  EXPECT_TRUE(hunks_of("t", "from", undone.files.at("from")).empty());
  EXPECT_EQ(hunks_of("t", "to", undone.files.at("to")).front().kind, Hunk::Kind::kRenamed);

  undone = undo({move}, {{"from", file("again")}, {"to", file("moved")}});
  EXPECT_TRUE(undone.files.empty());
  EXPECT_EQ(undone.refused.size(), 1u);
}

/// Lines that belong to the task and to others in turn, with one between that nobody changes.
class SharedFile {
 public:
  void set(std::size_t line, int value) { values_[line % values_.size()] = value; }
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      all += "anchor " + std::to_string(i) + "\n";
      // No two places have a line in common, so where each change belongs is not a matter of taste.
      const std::string line = "value " + std::to_string(values_[i]) + " of ";
      for (int n = 0; n < values_[i] % 4; ++n) all += line + std::to_string(i) + "\n";
    }
    return all;
  }

 private:
  std::vector<int> values_ = std::vector<int>(12, 1);
};

RC_GTEST_PROP(UndoRunsProperty, WhatIsLeftIsWhatTheOthersDid,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& edits)) {
  SharedFile all, others;
  std::vector<TaskRun> runs;
  bool open = false;
  Sequence seq = 0;
  for (const auto& [line, value] : edits) {
    const bool by_task = line % 2 == 0;
    const FileThen before = file(all.text());
    all.set(line, value);
    if (!by_task) others.set(line, value);
    const FileThen after = file(all.text());
    if (by_task && !open) runs.push_back(run("a", before, after));
    if (by_task) {
      runs.back().after = after;
      runs.back().last = ++seq;
    }
    open = by_task;
  }
  const FileThen now = file(all.text());
  const auto undone = undo_runs(runs, {{"a", now}}, kContent);
  RC_ASSERT(undone.ok());
  RC_ASSERT(undone->refused.empty());
  const auto changed = undone->files.find("a");
  const FileThen left = changed == undone->files.end() ? now : changed->second.then;
  RC_ASSERT(left == file(others.text()));
}

TEST(Hunks, OfAFileAsAWhole) {
  const Undone::File made{file("text\n"), {}, "", ""}, gone{{}, file("text\n"), "", ""};
  const Undone::File mode{file("a", 0755), file("a"), "", ""};
  const Undone::File bytes{file(std::string("\0", 1)), file("a"), "", ""};
  const std::pair<Undone::File, Hunk::Kind> cases[] = {{made, Hunk::Kind::kCreated},
                                                       {gone, Hunk::Kind::kRemoved},
                                                       {mode, Hunk::Kind::kMode},
                                                       {bytes, Hunk::Kind::kContent}};
  for (const auto& [each, kind] : cases) {
    const std::vector<Hunk> hunks = hunks_of("t", "p", each);
    ASSERT_EQ(hunks.size(), 1u);
    EXPECT_EQ(hunks.front().kind, kind);
    EXPECT_EQ(without_hunks(each, hunks), each.then);
    EXPECT_EQ(without_hunks(each, {}), each.now);
  }
}

TEST(Hunks, OfTheSameWordsAreToldApart) {
  const Undone::File each{file("x\n1\nx\n2\nx\n"), file("1\n2\n"), "", ""};
  const std::vector<Hunk> hunks = hunks_of("t", "p", each);
  ASSERT_EQ(hunks.size(), 3u);
  EXPECT_NE(hunks[0].id, hunks[1].id);
  EXPECT_EQ(hunks[1].line, 3u);
  EXPECT_EQ(without_hunks(each, std::span(hunks).subspan(1, 1))->text, "x\n1\n2\nx\n");
}

std::string text_of(const std::vector<std::uint8_t>& lines) {
  std::string text;
  for (const std::uint8_t line : lines) text += "line " + std::to_string(line % 9) + "\n";
  return text;
}

RC_GTEST_PROP(HunksProperty, WithoutAllOfThemTheFileIsAsWithoutTheTask,
              (const std::vector<std::uint8_t>& then, const std::vector<std::uint8_t>& now,
               std::uint32_t chosen)) {
  const Undone::File each{file(text_of(now), 0755), file(text_of(then)), "", ""};
  const std::vector<Hunk> hunks = hunks_of("t", "p", each);
  RC_ASSERT(without_hunks(each, hunks) == each.then);
  // Rejecting some leaves exactly the others, under the ids that they had or would have alone.
  std::vector<Hunk> some;
  for (std::size_t i = 0; i < hunks.size(); ++i) {
    if ((chosen >> (i % 32) & 1) != 0) some.push_back(hunks[i]);
  }
  const FileThen left = without_hunks(each, some);
  const Undone::File rest{left, each.then, "", ""};
  RC_ASSERT(without_hunks(rest, hunks_of("t", "p", rest)) == each.then);
}

}  // namespace
}  // namespace coditect::workspace
