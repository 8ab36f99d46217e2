#include "storage/replication/restore/working_tree.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace coditect::replication {
namespace {

using Contents = std::map<std::string, std::string>;

constexpr Sequence kTreeSeq = 100;

/// A tree of event 100, and edits that are applied to it.
class WorkingTreeTest : public testing::Test {
 protected:
  WorkingTree tree(const Contents& contents) {
    std::vector<blobs::TreeEntry> entries;
    for (const auto& [path, content] : contents) {
      entries.push_back(
          {path, blobs::TreeEntry::Kind::kFile, keep(content), content.size(), 0600, ""});
    }
    return {std::move(entries), kTreeSeq};
  }
  std::string keep(const std::string& content) {
    const std::string hash = sha256_hex(content);
    blobs_[hash] = content;
    return hash;
  }
  Contents contents(const WorkingTree& tree) {
    Contents found;
    for (const auto& [path, file] : tree.files()) {
      const auto content = tree.content(file.hash, fetch());
      found[path] = content ? *content : "lost";
    }
    return found;
  }
  WorkingTree::Fetch fetch() {
    return [this](const std::string& hash) -> Result<std::string> {
      const auto found = blobs_.find(hash);
      if (found == blobs_.end()) return not_found("no content " + hash);
      return found->second;
    };
  }
  static Event edit(Sequence seq, json::object data) {
    Event event;
    event.seq = seq;
    event.type = "file_edit";
    event.data = std::move(data);
    return event;
  }
  static Event text(Sequence seq, const std::string& path, const std::string& before,
                    const std::string& after) {
    return edit(seq, {{"op", "write"},
                      {"path", path},
                      {"hash", sha256_hex(after)},
                      {"before", before.empty() ? "" : sha256_hex(before)},
                      {"text", after}});
  }
  static Event splice(Sequence seq, const std::string& path, const std::string& before,
                      const std::string& added) {
    return edit(seq, {{"op", "write"},
                      {"path", path},
                      {"hash", sha256_hex(before + added)},
                      {"before", sha256_hex(before)},
                      {"splice", {{"at", before.size()}, {"remove", 0}, {"insert", added}}}});
  }
  static Event move(Sequence seq, const std::string& from, const std::string& to,
                    const std::string& content) {
    const std::string hash = sha256_hex(content);
    return edit(seq,
                {{"op", "move"}, {"path", to}, {"from", from}, {"hash", hash}, {"before", hash}});
  }
  static Event remove(Sequence seq, const std::string& path, const std::string& before) {
    return edit(seq,
                {{"op", "remove"}, {"path", path}, {"hash", ""}, {"before", sha256_hex(before)}});
  }

  struct Case {
    const char* name;
    Contents before;
    std::vector<Event> edits;
    Contents after;
  };
  void expect(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
      WorkingTree result = tree(each.before);
      for (const Event& event : each.edits) {
        ASSERT_TRUE(result.apply(event)) << each.name;
      }
      result.finish();
      EXPECT_EQ(contents(result), each.after) << each.name;
    }
  }

  Contents blobs_;
};

TEST_F(WorkingTreeTest, AppliesLaterEdits) {
  expect({
      {"none", {{"a", "1"}}, {}, {{"a", "1"}}},
      {"a new file", {}, {text(101, "a", "", "1")}, {{"a", "1"}}},
      {"a splice on the tree's content", {{"a", "1"}}, {splice(101, "a", "1", "2")}, {{"a", "12"}}},
      {"a chain",
       {{"a", "1"}},
       {splice(101, "a", "1", "2"), splice(102, "a", "12", "3")},
       {{"a", "123"}}},
      {"moved, then changed",
       {{"a", "1"}},
       {move(101, "a", "b", "1"), splice(102, "b", "1", "2")},
       {{"b", "12"}}},
      {"removed, then made again",
       {{"a", "1"}},
       {remove(101, "a", "1"), text(102, "a", "", "2")},
       {{"a", "2"}}},
  });
}

TEST_F(WorkingTreeTest, LeavesWhatTheTreeHasAlready) {
  expect({
      {"the tree has the edit already", {{"a", "12"}}, {splice(101, "a", "1", "2")}, {{"a", "12"}}},
      {"the tree has a later one too",
       {{"a", "123"}},
       {splice(101, "a", "1", "2"), splice(102, "a", "12", "3")},
       {{"a", "123"}}},
      {"the tree has it moved already",
       {{"b", "1"}},
       {text(101, "a", "", "1"), move(102, "a", "b", "1")},
       {{"b", "1"}}},
      {"the tree has it removed already",
       {},
       {splice(101, "a", "1", "2"), remove(102, "a", "12")},
       {}},
  });
}

TEST_F(WorkingTreeTest, AppliesEarlierEditsThatTheTreeLacks) {
  expect({
      {"an earlier edit that had not reached the folder",
       {{"a", "1"}},
       {splice(100, "a", "1", "2")},
       {{"a", "12"}}},
      {"an earlier removal that had not", {{"a", "1"}}, {remove(100, "a", "1")}, {}},
      {"an earlier edit that the tree has left behind",
       {{"a", "somebody's"}},
       {text(99, "a", "0", "1")},
       {{"a", "somebody's"}}},
      {"an earlier file that was moved away and another one put in its place",
       {{"b", "new"}},
       {text(90, "a", "", "1"), move(91, "a", "b", "1"), text(92, "b", "1", "new")},
       {{"b", "new"}}},
      {"several earlier edits that the tree lacks",
       {{"a", "1"}},
       {splice(98, "a", "1", "2"), splice(99, "a", "12", "3")},
       {{"a", "123"}}},
      {"there and back again",
       {{"a", "1"}},
       {text(99, "a", "1", "2"), text(100, "a", "2", "1")},
       {{"a", "1"}}},
  });
}

TEST_F(WorkingTreeTest, SaysWhatIsLost) {
  expect({
      {"a splice without its content", {{"a", "?"}}, {splice(101, "a", "1", "2")}, {{"a", "lost"}}},
      {"a removal of another content", {{"a", "?"}}, {remove(101, "a", "1")}, {}},
      {"a file too large for the log",
       {},
       {edit(101, {{"op", "create"}, {"path", "a"}, {"hash", sha256_hex("1")}})},
       {{"a", "lost"}}},
  });
}

/// A tree that was read while a file was moved has it under neither name.
TEST_F(WorkingTreeTest, RecallsWhatNoTreeHas) {
  const Event written = text(10, "a", "", "1");
  const Event moved = move(99, "a", "b", "1");
  const Event changed = splice(101, "b", "1", "2");
  WorkingTree result = tree({});
  ASSERT_TRUE(result.apply(moved));
  ASSERT_TRUE(result.apply(changed));
  result.finish();
  EXPECT_FALSE(result.is_told());
  EXPECT_EQ(contents(result), (Contents{{"b", "lost"}}));
  const auto nothing = [](const std::string&) { return false; };
  for (const Event& event : {written, moved, changed}) result.recall(event, nothing);
  EXPECT_TRUE(result.is_told());
  EXPECT_EQ(contents(result), (Contents{{"b", "12"}}));
}

TEST_F(WorkingTreeTest, RecallsWhatABlobHolds) {
  const auto holds = [this](const std::string& hash) { return blobs_.contains(hash); };
  keep("1");
  WorkingTree moved = tree({});
  ASSERT_TRUE(moved.apply(move(99, "a", "b", "1")));
  moved.finish();
  moved.look_up(holds);
  EXPECT_EQ(contents(moved), (Contents{{"b", "1"}}));
  WorkingTree changed = tree({});
  const Event change = splice(101, "b", "1", "2");
  ASSERT_TRUE(changed.apply(move(99, "a", "b", "1")));
  ASSERT_TRUE(changed.apply(change));
  changed.finish();
  changed.recall(change, holds);
  changed.look_up(holds);
  EXPECT_EQ(contents(changed), (Contents{{"b", "12"}}));
}

TEST_F(WorkingTreeTest, KeepsModesAndTakesNewOnes) {
  WorkingTree result = tree({{"a", "1"}});
  ASSERT_TRUE(result.apply(splice(101, "a", "1", "2")));
  EXPECT_EQ(result.files().at("a").mode, 0600u);
  Event script = splice(102, "a", "12", "3");
  script.data["mode"] = 0100755;
  ASSERT_TRUE(result.apply(script));
  EXPECT_EQ(result.files().at("a").mode, 0755u);
  ASSERT_TRUE(result.apply(text(103, "b", "", "1")));
  EXPECT_EQ(result.files().at("b").mode, 0644u);
}

TEST_F(WorkingTreeTest, AFileTakesALinksPlace) {
  WorkingTree result({{"a", blobs::TreeEntry::Kind::kSymlink, "", 0, 0, "b"}}, kTreeSeq);
  ASSERT_TRUE(result.apply(text(101, "a", "", "1")));
  EXPECT_TRUE(result.links().empty());
  EXPECT_TRUE(result.files().contains("a"));
}

TEST_F(WorkingTreeTest, RefusesPathsThatLeadOut) {
  for (const char* path : {"", "/etc/passwd", "../x", "a/../../x", "a//b", "."}) {
    WorkingTree result = tree({});
    EXPECT_EQ(result.apply(text(101, path, "", "1")).error().code, Errc::kInvalid) << path;
    EXPECT_EQ(result.apply(move(101, path, "a", "1")).error().code, Errc::kInvalid) << path;
  }
}

TEST_F(WorkingTreeTest, SaysWhichContentIsLost) {
  WorkingTree result = tree({{"a", "1"}});
  blobs_.clear();
  ASSERT_TRUE(result.apply(splice(101, "a", "1", "2")));
  const auto lost = result.content(sha256_hex("12"), fetch());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::kNotFound);
  EXPECT_NE(lost.error().message.find(sha256_hex("1")), std::string::npos);
  ASSERT_NE(result.before("a"), nullptr);
  EXPECT_EQ(result.before("a")->hash, sha256_hex("1"));
}

TEST_F(WorkingTreeTest, AContentIsNotMadeFromItself) {
  WorkingTree result = tree({});
  ASSERT_TRUE(result.apply(splice(101, "a", "1", "2")));
  Event back = splice(102, "a", "12", "");
  back.data["hash"] = sha256_hex("1");
  ASSERT_TRUE(result.apply(back));
  EXPECT_EQ(result.content(sha256_hex("1"), fetch()).error().code, Errc::kNotFound);
}

TEST_F(WorkingTreeTest, AContentThatWasThereBeforeIsPutTogetherFromWhatIsKnown) {
  const auto cut = [](Sequence seq, const std::string& before, const std::string& after) {
    return edit(
        seq, {{"op", "write"},
              {"path", "a"},
              {"hash", sha256_hex(after)},
              {"before", sha256_hex(before)},
              {"splice",
               {{"at", after.size()}, {"remove", before.size() - after.size()}, {"insert", ""}}}});
  };
  expect({{"its first way here begins with a content that nobody has",
           {{"a", "tree"}},
           {cut(98, "unknown", ""), splice(99, "a", "", "tree"), cut(101, "tree", "")},
           {{"a", ""}}},
          {"there and back again",
           {{"a", "tree"}},
           {cut(98, "unknown", ""), splice(99, "a", "", "tree"), cut(101, "tree", ""),
            splice(102, "a", "", "t"), cut(103, "t", "")},
           {{"a", ""}}}});
}

}  // namespace
}  // namespace coditect::replication
