#include "workspace/worktrees/tree_merge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ranges>

#include "storage/archive/archive_test_support.h"

namespace coditect::workspace {
namespace {

using blobs::TreeEntry;
using Kind = TreeEntry::Kind;
using Tree = std::vector<TreeEntry>;

class TreeMergeTest : public ::testing::Test {
 public:
  TreeEntry file(const std::string& path, const std::string& text, std::uint32_t mode = 0644) {
    return {path, Kind::kFile, *blobs_->put(text), text.size(), mode, ""};
  }
  TreeMerge merge(const Tree& base, const Tree& ours, const Tree& theirs) {
    auto merged = merge_trees(base, ours, theirs, *blobs_, {"the project", "task t"});
    EXPECT_TRUE(merged) << merged.error().message;
    return *std::move(merged);
  }
  std::string text(const std::optional<TreeEntry>& entry) {
    return entry ? *blobs_->get(entry->hash) : "(none)";
  }
  static std::vector<std::string> paths(const TreeMerge& merge) {
    std::vector<std::string> all;
    for (const MergeConflict& conflict : merge.conflicts) all.push_back(conflict.path);
    return all;
  }

  archive::TemporaryFolder folder_;
  std::unique_ptr<blobs::BlobStore> blobs_ = *blobs::BlobStore::open(folder_.path());
};

TEST_F(TreeMergeTest, TakesWhatOnlyOneSideDid) {
  const Tree base{file("a", "1\n2\n3\n"), file("b", "b"), file("c", "c")};
  const Tree ours{file("a", "1\n2\nTHREE\n"), file("c", "c"), file("ours", "o")};
  const Tree theirs{file("a", "ONE\n2\n3\n", 0755), file("b", "b"), file("d/new", "n")};
  const TreeMerge merged = merge(base, ours, theirs);
  EXPECT_TRUE(merged.conflicts.empty());
  ASSERT_EQ(merged.wanted.size(), 3u);
  EXPECT_EQ(text(merged.wanted.at("a")), "ONE\n2\nTHREE\n");
  EXPECT_EQ(merged.wanted.at("a")->mode, 0755u);
  EXPECT_FALSE(merged.wanted.at("c"));
  EXPECT_EQ(text(merged.wanted.at("d/new")), "n");
  const Tree result = with_changes(ours, merged.wanted);
  ASSERT_EQ(result.size(), 3u);
  EXPECT_EQ(result[1].path, "d/new");
}

TEST_F(TreeMergeTest, NamesWhatBothDidAndShowsBothSides) {
  const std::string bytes("\0a", 2);
  const Tree base{file("a", "1\n2\n"), file("bin", bytes), file("gone", "g"), file("kept", "k")};
  const Tree ours{file("a", "1\nours\n"), file("bin", bytes + "o"), file("kept", "K"),
                  file("made", "m1")};
  const Tree theirs{file("a", "1\ntheirs\n"), file("bin", bytes + "t"), file("gone", "G"),
                    file("made", "m2")};
  const TreeMerge merged = merge(base, ours, theirs);
  EXPECT_EQ(paths(merged), (std::vector<std::string>{"a", "bin", "gone", "kept", "made"}));
  EXPECT_TRUE(merged.wanted.empty());
  EXPECT_EQ(text(merged.undecided.at("a")),
            "1\n<<<<<<< the project\nours\n=======\ntheirs\n>>>>>>> task t\n");
  EXPECT_EQ(text(merged.undecided.at("made")),
            "<<<<<<< the project\nm1\n=======\nm2\n>>>>>>> task t\n");
  EXPECT_EQ(text(merged.undecided.at("bin")), bytes + "t");
  EXPECT_EQ(text(merged.undecided.at("gone")), "G");
  EXPECT_FALSE(merged.undecided.at("kept"));
}

TEST_F(TreeMergeTest, AFileWhereTheOtherHasAFolderIsKeptAside) {
  const Tree ours{file("a/b", "ours"), file("c", "ours")};
  const Tree theirs{file("a", "theirs"), file("c/d", "theirs too")};
  const TreeMerge merged = merge({}, ours, theirs);
  EXPECT_EQ(paths(merged), (std::vector<std::string>{"a", "c/d"}));
  EXPECT_TRUE(merged.wanted.empty());
  EXPECT_EQ(text(merged.undecided.at("conflict-a")), "theirs");
  EXPECT_EQ(text(merged.undecided.at("conflict-c-d")), "theirs too");
}

TEST_F(TreeMergeTest, LinksAndEmptyFoldersAreWholes) {
  const TreeEntry link{"l", Kind::kSymlink, "", 0, 0, "a"},
      other{"l", Kind::kSymlink, "", 0, 0, "b"};
  const TreeEntry folder{"f", Kind::kDirectory, "", 0, 0, ""};
  EXPECT_EQ(merge({link}, {link}, {other}).wanted.at("l"), other);
  EXPECT_FALSE(merge({link}, {link}, {}).wanted.at("l"));
  EXPECT_EQ(paths(merge({}, {link}, {other})), std::vector<std::string>{"l"});
  EXPECT_TRUE(merge({folder}, {folder}, {file("f/x", "x")}).conflicts.empty())
      << "a folder is not in the way of what comes into it";
}

/// One store for all runs, and few different texts: each new one is synced to the disk.
class TreeMergeProperty : public TreeMergeTest {
 public:
  static TreeMergeProperty& shared() {
    static TreeMergeProperty property;
    return property;
  }
  void TestBody() override {}
  Tree tree(const std::map<int, std::vector<int>>& files) {
    Tree entries;
    for (const auto& [name, lines] : files) {
      std::string body;
      for (const int line : lines | std::views::take(4)) {
        body += "line " + std::to_string(std::abs(line % 3)) + "\n";
      }
      entries.push_back(file("f" + std::to_string(std::abs(name % 6)), body));
    }
    std::ranges::sort(entries, {}, &TreeEntry::path);
    const auto same = std::ranges::unique(entries, {}, &TreeEntry::path);
    entries.erase(same.begin(), same.end());
    return entries;
  }
};

using Files = std::map<int, std::vector<int>>;

RC_GTEST_PROP(TreeMergeLaws, OneSideAloneIsTakenAsItIs, (const Files& a, const Files& b)) {
  TreeMergeProperty& test = TreeMergeProperty::shared();
  const Tree base = test.tree(a), side = test.tree(b);
  RC_ASSERT(with_changes(base, test.merge(base, base, side).wanted) == side);
  RC_ASSERT(test.merge(base, side, base).wanted.empty());
  const TreeMerge same = test.merge(base, side, side);
  RC_ASSERT(same.wanted.empty() && same.conflicts.empty());
}

RC_GTEST_PROP(TreeMergeLaws, BothDirectionsAgree,
              (const Files& a, const Files& b, const Files& c)) {
  TreeMergeProperty& test = TreeMergeProperty::shared();
  const Tree base = test.tree(a), ours = test.tree(b), theirs = test.tree(c);
  const TreeMerge there = test.merge(base, ours, theirs), back = test.merge(base, theirs, ours);
  RC_ASSERT(TreeMergeTest::paths(there) == TreeMergeTest::paths(back));
  if (there.conflicts.empty()) {
    RC_ASSERT(with_changes(ours, there.wanted) == with_changes(theirs, back.wanted));
  }
  for (const MergeConflict& conflict : there.conflicts) {
    RC_ASSERT(!there.wanted.contains(conflict.path));
    RC_ASSERT(there.undecided.contains(conflict.path));
  }
}

}  // namespace
}  // namespace coditect::workspace
