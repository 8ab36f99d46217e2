#include "workspace/files/project_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/posix_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

/// A project beside a secret that must stay out of reach.
class ProjectFolderTest : public testing::Test {
 protected:
  ProjectFolderTest() {
    fs::create_directories(base_ / "project" / "src");
    fs::create_directories(base_ / "staging");
    write(base_ / "secret.txt", "secret");
    write(base_ / "project" / "src" / "a.txt", "hello");
  }
  ~ProjectFolderTest() override { fs::remove_all(base_); }

  static void write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  Result<void> put(const std::string& path, std::string_view text) {
    TRY(std::string staged, folder_.stage(text, 0644));
    const auto before = folder_.read(path, kTrackedBytesMax);
    auto published = folder_.publish(staged, path, before ? sha256_hex(before->bytes) : "");
    if (!published) folder_.discard(staged);
    return published;
  }
  Result<void> remove(const std::string& path, const std::string& content) {
    TRY(std::string staged, folder_.stage("mark", 0600));
    auto removed = folder_.remove(path, sha256_hex(content), staged);
    if (!removed) folder_.discard(staged);
    return removed;
  }
  std::string text(const std::string& path) const {
    auto content = folder_.read(path, 100);
    return content ? std::move(content->bytes) : "(none)";
  }
  bool staging_is_empty() const { return fs::is_empty(base_ / "staging"); }

  const fs::path base_ = fs::temp_directory_path() / SystemRandom().id("coditect_project_");
  const ProjectFolder folder_{base_ / "project", base_ / "staging"};
};

TEST_F(ProjectFolderTest, WritesAndReadsBack) {
  ASSERT_TRUE(put("new/deep/b.txt", "one").ok());
  ASSERT_TRUE(put("new/deep/b.txt", "two").ok());
  EXPECT_EQ(folder_.read("new/deep/b.txt", 100)->bytes, "two");
  EXPECT_EQ(folder_.read("src/a.txt", 100)->bytes, "hello");
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(ProjectFolderTest, NoPathLeadsOut) {
  fs::create_symlink(base_ / "secret.txt", base_ / "project" / "link.txt");
  fs::create_directory_symlink(base_, base_ / "project" / "out");
  fs::create_symlink("../secret.txt", base_ / "project" / "relative.txt");
  for (const char* path : {"../secret.txt", "src/../../secret.txt", "link.txt", "relative.txt",
                           "out/secret.txt", "/etc/passwd"}) {
    const auto content = folder_.read(path, 100);
    ASSERT_FALSE(content) << path;
    EXPECT_EQ(content.error().code, Errc::kDenied) << path;
  }
  EXPECT_FALSE(put("out/new.txt", "x").ok());
  EXPECT_FALSE(put("../new.txt", "x").ok());
  EXPECT_FALSE(remove("out/secret.txt", "secret").ok());
  EXPECT_FALSE(folder_.move("src/a.txt", "out/a.txt").ok());
  EXPECT_FALSE(folder_.move("out/secret.txt", "stolen.txt").ok());
  EXPECT_TRUE(fs::exists(base_ / "secret.txt"));
  EXPECT_FALSE(fs::exists(base_ / "new.txt"));
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(ProjectFolderTest, AWriteFollowsNoLink) {
  fs::create_symlink(base_ / "secret.txt", base_ / "project" / "link.txt");
  EXPECT_EQ(put("link.txt", "mine").error().code, Errc::kConflict);
  fs::create_symlink("a.txt", base_ / "project" / "src" / "inside.txt");
  EXPECT_EQ(put("src/inside.txt", "mine").error().code, Errc::kConflict);
  EXPECT_EQ(text("src/a.txt"), "hello");
  EXPECT_TRUE(fs::is_symlink(base_ / "project" / "link.txt"));
  EXPECT_EQ(*read_file(base_ / "secret.txt"), "secret");
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(ProjectFolderTest, AnotherProgramsFileIsPutBack) {
  const std::string hello = sha256_hex("hello");
  const std::string staged = *folder_.stage("ours", 0644);
  write(base_ / "project" / "src" / "a.txt", "theirs");
  EXPECT_EQ(folder_.publish(staged, "src/a.txt", hello).error().code, Errc::kConflict);
  EXPECT_EQ(text("src/a.txt"), "theirs");
  EXPECT_EQ(folder_.publish(staged, "src/a.txt", "").error().code, Errc::kConflict);
  EXPECT_EQ(text("src/a.txt"), "theirs");
  fs::remove(base_ / "project" / "src" / "a.txt");
  EXPECT_EQ(folder_.publish(staged, "src/a.txt", hello).error().code, Errc::kConflict);
  EXPECT_EQ(text("src/a.txt"), "(none)");
  fs::create_directories(base_ / "project" / "src" / "a.txt" / "deep");
  EXPECT_EQ(folder_.publish(staged, "src/a.txt", hello).error().code, Errc::kConflict);
  EXPECT_EQ(folder_.publish(staged, "src/a.txt", "").error().code, Errc::kConflict);
  EXPECT_TRUE(fs::is_directory(base_ / "project" / "src" / "a.txt" / "deep"));
  EXPECT_EQ(*folder_.staged_hash(staged), sha256_hex("ours"));
}

TEST_F(ProjectFolderTest, OnlyWhatWasMeantIsRemoved) {
  write(base_ / "project" / "src" / "a.txt", "theirs");
  EXPECT_EQ(remove("src/a.txt", "hello").error().code, Errc::kConflict);
  EXPECT_EQ(text("src/a.txt"), "theirs");
  EXPECT_EQ(remove("missing", "hello").error().code, Errc::kNotFound);
  EXPECT_FALSE(remove("src", "hello").ok());
  EXPECT_EQ(text("src/a.txt"), "theirs");
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(ProjectFolderTest, TellsWhetherAFileIsStillWhatItWas) {
  const FileContent was = *folder_.read("src/a.txt", 100);
  const std::string hello = sha256_hex("hello");
  EXPECT_TRUE(folder_.still_is("src/a.txt", &was.stat, hello).ok());
  EXPECT_TRUE(folder_.still_is("new.txt", nullptr, "").ok());
  EXPECT_EQ(folder_.still_is("src/a.txt", nullptr, "").error().code, Errc::kConflict);
  EXPECT_EQ(folder_.still_is("new.txt", &was.stat, hello).error().code, Errc::kConflict);
  write(base_ / "project" / "src" / "a.txt", "theirs");
  EXPECT_EQ(folder_.still_is("src/a.txt", &was.stat, hello).error().code, Errc::kConflict);
  write(base_ / "project" / "src" / "a.txt", "hello");
  EXPECT_TRUE(folder_.still_is("src/a.txt", &was.stat, hello).ok()) << "touched is not changed";
}

TEST_F(ProjectFolderTest, LinksInsideAreRead) {
  fs::create_symlink("a.txt", base_ / "project" / "src" / "inside.txt");
  const auto content = folder_.read("src/inside.txt", 100);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->bytes, "hello");
  EXPECT_EQ(content->way, FileContent::Way::kThroughLink);
  EXPECT_EQ(folder_.read("src/a.txt", 100)->way, FileContent::Way::kPlain);
}

TEST_F(ProjectFolderTest, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((base_ / "project" / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(folder_.read("pipe", 100).error().code, Errc::kInvalid);
  EXPECT_EQ(folder_.read("src", 100).error().code, Errc::kInvalid);
  EXPECT_EQ(folder_.read("missing", 100).error().code, Errc::kNotFound);
  EXPECT_EQ(folder_.read("src/a.txt/below", 100).error().code, Errc::kNotFound);
  EXPECT_EQ(folder_.read("src/a.txt", 3).error().code, Errc::kLimit);
  EXPECT_FALSE(put("src", "a folder is not replaced").ok());
}

TEST_F(ProjectFolderTest, SaysBeforehandWhereAFileCanBe) {
  fs::create_directory_symlink("src", base_ / "project" / "inside");
  fs::create_symlink("a.txt", base_ / "project" / "src" / "link.txt");
  const struct {
    const char* path;
    bool good;
  } cases[] = {{"new.txt", true},           {"new/deep.txt", true},  {"src/a.txt", true},
               {"src/a.txt/inside", false}, {"src", false},          {"inside/new.txt", false},
               {"src/link.txt", false},     {"../secret.txt", false}};
  for (const auto& c : cases) EXPECT_EQ(folder_.can_hold(c.path).ok(), c.good) << c.path;
}

TEST_F(ProjectFolderTest, MoveReplacesNothing) {
  ASSERT_TRUE(put("b.txt", "b").ok());
  EXPECT_EQ(folder_.move("b.txt", "src/a.txt").error().code, Errc::kConflict);
  ASSERT_TRUE(folder_.move("b.txt", "c/d.txt").ok());
  EXPECT_EQ(folder_.read("c/d.txt", 10)->bytes, "b");
}

TEST_F(ProjectFolderTest, RemoveTakesEmptyFoldersAlong) {
  ASSERT_TRUE(put("x/y/z.txt", "z").ok());
  ASSERT_TRUE(remove("x/y/z.txt", "z").ok());
  EXPECT_FALSE(fs::exists(base_ / "project" / "x"));
  EXPECT_TRUE(fs::exists(base_ / "project" / "src"));
  EXPECT_FALSE(remove("x/y/z.txt", "z").ok());
}

TEST_F(ProjectFolderTest, ListsSortedToADepth) {
  ASSERT_TRUE(put("b/c.txt", "c").ok());
  fs::create_directories(base_ / "project" / ".git" / "objects");
  const auto all = folder_.list("", 10, 100);
  ASSERT_TRUE(all);
  std::vector<std::string> paths;
  for (const FolderEntry& entry : *all) paths.push_back(entry.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"b", "b/c.txt", "src", "src/a.txt"}));
  EXPECT_EQ(folder_.list("", 1, 100)->size(), 2u);
  EXPECT_EQ(folder_.list("", 10, 3)->size(), 3u);
  EXPECT_FALSE(folder_.list("missing", 1, 10));
}

}  // namespace
}  // namespace coditect::workspace
