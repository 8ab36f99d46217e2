#include "storage/blobs/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/sha256.h"
#include "storage/blobs/blobs_test_support.h"
#include "storage/blobs/snapshot.h"

namespace coditect::blobs {
namespace {

TreeEntry file_entry(const std::string& path) {
  return {path, TreeEntry::Kind::kFile, sha256_hex(path), path.size(), 0644, ""};
}

TEST(Manifest, ComesBack) {
  const std::vector<TreeEntry> entries = {
      {"a/empty", TreeEntry::Kind::kDirectory, "", 0, 0, ""},
      file_entry("a/file \"quoted\" \xc3\xa9"),
      {"link", TreeEntry::Kind::kSymlink, "", 0, 0, "../elsewhere"},
  };
  const std::string manifest = encode_manifest({entries[2], entries[0], entries[1]});
  const auto again = parse_manifest(manifest);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, entries);
  EXPECT_EQ(encode_manifest(*again), manifest);
  EXPECT_TRUE(parse_manifest("")->empty());
}

TEST(Manifest, RefusesWhatIsNotCanonicalOrLeadsOut) {
  const std::string hash = sha256_hex("x");
  const auto file = [&](const std::string& path) {
    return R"({"path":")" + path + R"(","type":"file","mode":420,"size":1,"hash":")" + hash +
           "\"}\n";
  };
  ASSERT_TRUE(parse_manifest(file("a") + file("b")));
  const std::string cases[] = {
      file("../a"),
      file("/etc/passwd"),
      file("a//b"),
      file("a/./b"),
      file("a/.."),
      file("a/"),
      file(""),
      file(R"(a\u0000b)"),
      file("b") + file("a"),
      file("a") + file("a"),
      file("a") + file("a/b"),
      R"({"path":"a","type":"symlink","target":"/etc"})"
      "\n" +
          file("a/passwd"),
      R"({"path":"a","type":"symlink","target":""})"
      "\n",
      R"({"path":"a","type":"device"})"
      "\n",
      R"({"type":"file","path":"a","mode":420,"size":1,"hash":")" + hash + "\"}\n",
      R"({"path":"a","type":"file","mode":2541,"size":1,"hash":")" + hash + "\"}\n",
      R"({"path":"a","type":"file","mode":420,"size":-1,"hash":")" + hash + "\"}\n",
      R"({"path":"a","type":"file","mode":420,"size":1,"hash":"abc"})"
      "\n",
      file("a").substr(0, 50),
      "\n",
      "garbage\n",
  };
  for (const std::string& manifest : cases) {
    const auto parsed = parse_manifest(manifest);
    ASSERT_FALSE(parsed) << manifest;
    EXPECT_EQ(parsed.error().code, Errc::kInvalid) << manifest;
    EXPECT_NE(parsed.error().message.find("line "), std::string::npos) << manifest;
  }
}

class SnapshotTest : public BlobsTest {
 protected:
  std::filesystem::path project() const { return root() / "project"; }
  SnapshotTest() { std::filesystem::create_directories(project()); }
  Snapshot snapshot(const Ignore& ignore = {}) {
    auto taken = snapshot_tree(project(), *store_, ignore);
    EXPECT_TRUE(taken) << taken.error().message;
    return *std::move(taken);
  }
  static std::vector<std::string> paths(const Tree& tree) {
    std::vector<std::string> all;
    for (const TreeEntry& entry : tree.entries) all.push_back(entry.path);
    return all;
  }
};

TEST_F(SnapshotTest, ReadsAgainOnlyWhatMayHaveChanged) {
  StatCache cache;
  const Ignore nothing;
  const auto again = [&] {
    auto taken = snapshot_tree(project(), *store_, nothing, cache);
    EXPECT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->tree.hash, snapshot().tree.hash) << "as if nothing had been known";
    return taken->tree.hash;
  };
  const auto grow_old = [] { std::this_thread::sleep_for(std::chrono::milliseconds(60)); };
  write(project() / "a", "one");
  write(project() / "b", "same");
  grow_old();
  const std::string first = again();
  struct stat status{};
  ASSERT_EQ(::stat((project() / "a").c_str(), &status), 0);
  const std::string* known = cache.find("a", status);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(*known, sha256_hex("one"));
  EXPECT_EQ(cache.find("c", status), nullptr);
  EXPECT_EQ(again(), first);

  // Of the same size, and with the time of before: only the time of change tells.
  const auto time = std::filesystem::last_write_time(project() / "a");
  write(project() / "a", "two");
  std::filesystem::last_write_time(project() / "a", time);
  const std::string second = again();
  EXPECT_NE(second, first);
  // A moment ago: the next write may not show.
  ASSERT_EQ(::stat((project() / "a").c_str(), &status), 0);
  EXPECT_EQ(cache.find("a", status), nullptr);
  grow_old();
  EXPECT_EQ(again(), second);
  std::filesystem::rename(project() / "b", project() / "c");
  EXPECT_NE(again(), second);
  ::chmod((project() / "c").c_str(), 0755);
  EXPECT_NE(again(), second);
}

TEST_F(SnapshotTest, TakesFilesLinksAndEmptyFolders) {
  write(project() / "main.cpp", "int main() {}\n");
  write(project() / "src" / "deep" / "a.txt", "a");
  write(project() / "empty.txt", "");
  std::filesystem::create_directories(project() / "src" / "nothing");
  std::filesystem::create_symlink("main.cpp", project() / "link");
  std::filesystem::create_directory_symlink("/", project() / "out");
  std::filesystem::create_symlink("nowhere", project() / "dangling");
  ::chmod((project() / "main.cpp").c_str(), 0755);
  const Snapshot taken = snapshot();
  EXPECT_TRUE(taken.skipped.empty());
  EXPECT_EQ(paths(taken.tree),
            (std::vector<std::string>{"dangling", "empty.txt", "link", "main.cpp", "out",
                                      "src/deep/a.txt", "src/nothing"}));
  EXPECT_EQ(taken.tree.files, 3u);
  EXPECT_EQ(taken.tree.bytes, 15u);
  EXPECT_EQ(taken.tree.entries[3].mode, 0755u);
  EXPECT_EQ(taken.tree.entries[4].target, "/");
  EXPECT_EQ(*store_->get(taken.tree.entries[3].hash), "int main() {}\n");
  reopen();
  const auto again = read_tree(taken.tree.hash, *store_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->entries, taken.tree.entries);
  EXPECT_EQ(again->files, 3u);
  EXPECT_EQ(again->bytes, 15u);
}

TEST_F(SnapshotTest, EqualTreesHaveEqualHashesAndAreStoredOnce) {
  write(project() / "a", "1");
  const Snapshot one = snapshot();
  const std::size_t files = stored_files().size();
  EXPECT_EQ(snapshot().tree.hash, one.tree.hash);
  EXPECT_EQ(stored_files().size(), files);
  write(project() / "a", "2");
  EXPECT_NE(snapshot().tree.hash, one.tree.hash);
  EXPECT_EQ(stored_files().size(), files + 1);
  EXPECT_EQ(*store_->get(one.tree.entries[0].hash), "1");
}

TEST_F(SnapshotTest, AnEmptyFolderIsATree) {
  const Snapshot taken = snapshot();
  EXPECT_TRUE(taken.tree.entries.empty());
  EXPECT_EQ(taken.tree.hash, sha256_hex(""));
  EXPECT_TRUE(read_tree(taken.tree.hash, *store_)->entries.empty());
}

TEST_F(SnapshotTest, LeavesOutRepositoriesAndWhatIsIgnored) {
  write(project() / ".git" / "config", "x");
  write(project() / "module" / ".git", "gitdir: elsewhere");
  write(project() / "node_modules" / "a.js", "x");
  write(project() / ".gitignore", "x");
  const Snapshot taken = snapshot([](std::string_view path) { return path == "node_modules"; });
  EXPECT_EQ(paths(taken.tree), (std::vector<std::string>{".gitignore", "module"}));
  EXPECT_EQ(taken.tree.entries[1].kind, TreeEntry::Kind::kDirectory);
}

TEST_F(SnapshotTest, NamesWhatItCannotTake) {
  write(project() / "good", "x");
  ASSERT_EQ(::mkfifo((project() / "pipe").c_str(), 0600), 0);
  write(project() / "not-\xff-utf8", "x");
  std::filesystem::create_symlink("\xff", project() / "link");
  write(project() / "locked", "x");
  write(project() / "locked-folder" / "x", "x");
  ::chmod((project() / "locked").c_str(), 0);
  ::chmod((project() / "locked-folder").c_str(), 0);
  const Snapshot taken = snapshot();
  ::chmod((project() / "locked-folder").c_str(), 0700);
  std::vector<std::string> skipped;
  for (const Skipped& skip : taken.skipped) {
    EXPECT_FALSE(skip.why.empty());
    skipped.push_back(skip.path);
  }
  // Permissions do not stop the superuser.
  const bool may_read_all = ::geteuid() == 0;
  EXPECT_EQ(skipped.size(), may_read_all ? 3u : 5u);
  EXPECT_NE(std::ranges::find(skipped, "pipe"), skipped.end());
  EXPECT_EQ(taken.tree.files, may_read_all ? 3u : 1u);
  EXPECT_TRUE(read_tree(taken.tree.hash, *store_));
}

TEST_F(SnapshotTest, LargeFilesAreStoredInParts) {
  std::string content(kReadAtOnceBytesMax * 2 + 12'345, 'x');
  for (std::size_t i = 0; i < content.size(); i += 100) content[i] = static_cast<char>(i / 100);
  write(project() / "large", content);
  write(project() / "limit", std::string(kReadAtOnceBytesMax, 'y'));
  const Snapshot taken = snapshot();
  ASSERT_EQ(taken.tree.entries.size(), 2u);
  EXPECT_EQ(taken.tree.entries[0].hash, sha256_hex(content));
  EXPECT_EQ(taken.tree.entries[0].size, content.size());
  EXPECT_EQ(taken.tree.entries[1].size, kReadAtOnceBytesMax);
  EXPECT_EQ(*store_->get(taken.tree.entries[0].hash), content);
}

TEST_F(SnapshotTest, FoldersThatAreTooDeepAreNamed) {
  std::filesystem::path deep = project();
  for (std::size_t i = 0; i < kTreeDepthMax + 1; ++i) deep /= "d";
  write(deep / "file", "x");
  const Snapshot taken = snapshot();
  ASSERT_EQ(taken.skipped.size(), 1u);
  EXPECT_EQ(taken.tree.files, 0u);
}

TEST_F(SnapshotTest, RefusesWhatIsNoFolderAndWhatIsNoTree) {
  write(root() / "file", "x");
  EXPECT_FALSE(snapshot_tree(root() / "file", *store_));
  EXPECT_EQ(snapshot_tree(root() / "missing", *store_).error().code, Errc::kNotFound);
  EXPECT_EQ(read_tree(sha256_hex("missing"), *store_).error().code, Errc::kNotFound);
  EXPECT_EQ(read_tree(*store_->put("no manifest"), *store_).error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace coditect::blobs
