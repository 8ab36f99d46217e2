#include "workspace/files/put_back.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <sys/stat.h>

#include "base/posix_file.h"
#include "base/sha256.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

/// A project in a folder of its own, beside a file that nobody may touch.
class Project {
 public:
  Project() {
    std::string name = (fs::temp_directory_path() / "put-back-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    for (const char* each : {"project", "staging", "outside"}) fs::create_directory(root_ / each);
    EXPECT_TRUE(write_file_atomically(root_ / "outside/x", "untouched"));
    blobs_ = *blobs::BlobStore::open(root_ / "blobs");
  }
  ~Project() { fs::remove_all(root_); }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  fs::path at(const std::string& path) const { return root_ / "project" / path; }
  fs::path outside() const { return root_ / "outside"; }
  void write(const std::string& path, const std::string& bytes) const {
    fs::create_directories(at(path).parent_path());
    EXPECT_TRUE(write_file_atomically(at(path), bytes));
  }
  std::string text(const std::string& path) const {
    auto bytes = read_file(at(path));
    return bytes ? *bytes : "(none)";
  }
  Result<Displaced> put(const std::string& path, const std::optional<std::string>& bytes) {
    const ProjectFolder folder(root_ / "project", root_ / "staging");
    return put_back(folder, *blobs_, random_, path, bytes, 0640);
  }
  /// Everything that is still to be had: contents on the disk and blobs that `displaced` names.
  std::multiset<std::string> contents(const Displaced& displaced) const {
    std::multiset<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "project")) {
      if (entry.is_regular_file() && !entry.is_symlink()) all.insert(*read_file(entry.path()));
    }
    if (!displaced.hash.empty()) all.insert(*blobs_->get(displaced.hash));
    return all;
  }
  bool staging_is_empty() const { return fs::is_empty(root_ / "staging"); }

 private:
  fs::path root_;
  std::unique_ptr<blobs::BlobStore> blobs_;
  SystemRandom random_;
};

TEST(PutBackTest, WhateverIsThereMakesWay) {
  struct Case {
    const char* name;
    void (*disturb)(const Project& project);
  };
  const Case cases[] = {
      {"nothing", [](const Project&) {}},
      {"another content", [](const Project& p) { p.write("a/b.txt", "theirs"); }},
      {"a folder", [](const Project& p) { p.write("a/b.txt/deep/c", "theirs"); }},
      {"a link out",
       [](const Project& p) {
         fs::create_directory(p.at("a"));
         fs::create_symlink(p.outside() / "x", p.at("a/b.txt"));
       }},
      {"a link inside",
       [](const Project& p) {
         p.write("a/c.txt", "theirs");
         fs::create_symlink("c.txt", p.at("a/b.txt"));
       }},
      {"a folder on the way that leads out",
       [](const Project& p) { fs::create_directory_symlink(p.outside(), p.at("a")); }},
      {"a file on the way", [](const Project& p) { p.write("a", "theirs"); }},
      {"a pipe",
       [](const Project& p) {
         fs::create_directory(p.at("a"));
         EXPECT_EQ(::mkfifo(p.at("a/b.txt").c_str(), 0600), 0);
       }},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    for (const bool wanted : {true, false}) {
      Project project;
      each.disturb(project);
      const auto bytes = wanted ? std::optional<std::string>("mine") : std::nullopt;
      const auto done = project.put("a/b.txt", bytes);
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_EQ(project.text("a/b.txt"), wanted ? "mine" : "(none)");
      EXPECT_FALSE(fs::is_symlink(project.at("a/b.txt")));
      if (wanted) {
        EXPECT_EQ(fs::status(project.at("a/b.txt")).permissions(), fs::perms(0640));
      }
      EXPECT_EQ(*read_file(project.outside() / "x"), "untouched");
      EXPECT_EQ(std::distance(fs::directory_iterator(project.outside()), {}), 1);
      EXPECT_TRUE(project.staging_is_empty());
    }
  }
}

TEST(PutBackTest, SaysWhatWasThere) {
  Project project;
  project.write("a.txt", "theirs");
  const auto done = project.put("a.txt", "mine");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->hash, sha256_hex("theirs"));
  EXPECT_TRUE(done->moved.empty());
}

RC_GTEST_PROP(PutBackProperty, TheFileIsAsItWasAndNothingIsLost, ()) {
  Project project;
  // Anything at all in the folder, the path itself and folders on its way among it.
  const std::vector<std::string> names{"a", "a/b", "a/b/c", "a/b/c/d", "x"};
  const auto tries = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
  for (const int each : tries) {
    const std::string& name = names[static_cast<std::size_t>(each) % names.size()];
    std::error_code occupied;
    fs::create_directories(project.at(name).parent_path(), occupied);
    if (occupied || fs::exists(fs::symlink_status(project.at(name)))) continue;
    const auto kind = each / 20;
    if (kind == 0) fs::create_directory(project.at(name), occupied);
    if (kind == 1) fs::create_symlink(project.outside() / "x", project.at(name), occupied);
    if (kind == 2) fs::create_directory_symlink("..", project.at(name), occupied);
    if (kind > 2 && fs::is_directory(fs::symlink_status(project.at(name).parent_path()))) {
      project.write(name, "theirs " + std::to_string(each));
    }
  }
  const auto before = project.contents({});
  const auto done = project.put("a/b/c", "mine");
  RC_ASSERT(done.ok());
  RC_ASSERT(project.text("a/b/c") == "mine");
  auto after = project.contents(*done);
  RC_ASSERT(after.erase("mine") == 1u);
  RC_ASSERT(after == before);
  RC_ASSERT(*read_file(project.outside() / "x") == "untouched");
}

}  // namespace
}  // namespace coditect::workspace
