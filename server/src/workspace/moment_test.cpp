#include <filesystem>

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

class MomentTest : public WorkspaceFixture {
 public:
  MomentTest() { create(); }
  awaitable<Result<Checkpoints::Restored>> go_back(Sequence seq, std::string path = "") {
    Checkpoints::Moment moment{.seq = seq, .files = {}};
    CO_TRY(moment.files, co_await workspace_->queries().files_at(seq));
    co_return co_await workspace_->checkpoints().restore_moment(kAnn, std::move(moment),
                                                                std::move(path));
  }
};

TEST_F(MomentTest, FilesGoBackToAnyEventAndForthAgain) {
  play([](MomentTest& test) -> awaitable<void> {
    co_await test.write("kept.txt", "same");
    co_await test.write("deep/gone.txt", "back again");
    const Written then = co_await test.write("story.txt", "one");
    co_await test.write("story.txt", "two");
    co_await test.write("new.txt", "surplus");
    EXPECT_TRUE(co_await test.files().remove(kAnn, "deep/gone.txt", std::nullopt));

    const auto back = co_await test.go_back(then.seq);
    EXPECT_TRUE(back) << back.error().message;
    if (!back) co_return;
    EXPECT_EQ(back->changed, 3u);
    EXPECT_EQ(test.on_disk("kept.txt"), "same");
    EXPECT_EQ(test.on_disk("story.txt"), "one");
    EXPECT_EQ(test.on_disk("deep/gone.txt"), "back again");
    EXPECT_EQ(test.on_disk("new.txt"), "(none)");

    const auto forth = co_await test.go_back(back->before.seq);
    EXPECT_TRUE(forth && forth->changed == 3u);
    EXPECT_EQ(test.on_disk("story.txt"), "two");
    EXPECT_EQ(test.on_disk("new.txt"), "surplus");
    EXPECT_EQ(test.on_disk("deep/gone.txt"), "(none)");
  }(*this));
}

TEST_F(MomentTest, LinksStayUnlessAFileNeedsTheirPlace) {
  play([](MomentTest& test) -> awaitable<void> {
    co_await test.write("place", "a file");
    const Written then = co_await test.write("folder/in.txt", "in a folder");
    EXPECT_TRUE(co_await test.files().remove(kAnn, "place", std::nullopt));
    EXPECT_TRUE(co_await test.files().remove(kAnn, "folder/in.txt", std::nullopt));
    const fs::path root = test.files().folder().root();
    fs::remove_all(root / "folder");
    for (const char* name : {"place", "folder", "apart"}) {
      fs::create_symlink("nowhere", root / name);
    }
    fs::create_directory(root / "empty");
    const auto back = co_await test.go_back(then.seq);
    EXPECT_TRUE(back) << back.error().message;
    EXPECT_EQ(test.on_disk("place"), "a file");
    EXPECT_EQ(test.on_disk("folder/in.txt"), "in a folder");
    EXPECT_TRUE(fs::is_symlink(root / "apart"));
    EXPECT_TRUE(fs::is_directory(root / "empty"));
  }(*this));
}

TEST_F(MomentTest, APartGoesBackAlone) {
  play([](MomentTest& test) -> awaitable<void> {
    co_await test.write("a/x.txt", "one");
    const Written then = co_await test.write("b.txt", "one");
    co_await test.write("a/x.txt", "two");
    co_await test.write("b.txt", "two");
    const auto back = co_await test.go_back(then.seq, "a/");
    EXPECT_TRUE(back && back->changed == 1u);
    EXPECT_EQ(test.on_disk("a/x.txt"), "one");
    EXPECT_EQ(test.on_disk("b.txt"), "two");
    const auto nothing = co_await test.go_back(then.seq, "never");
    EXPECT_EQ(nothing.error().code, Errc::kNotFound);
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
