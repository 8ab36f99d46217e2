#include "tools/sandbox/disk_watch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

namespace coditect::tools {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::uint64_t kMany = 1'000'000;

class DiskWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "disk-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& path, std::size_t bytes) const {
    const fs::path parent = (folder_ / path).parent_path();
    if (!fs::exists(parent)) fs::create_directories(parent);
    std::ofstream(folder_ / path) << std::string(bytes, 'x');
  }
  FolderUse use(system_clock::time_point since = {}) const {
    return folder_use(folder_, since, kMany);
  }

  fs::path folder_;
};

TEST_F(DiskWatchTest, CountsWhatIsOnDiskOnce) {
  write("a", 1 << 20);
  write("deep/er/b", 1 << 20);
  fs::create_hard_link(folder_ / "a", folder_ / "twin");
  fs::create_symlink("/usr", folder_ / "link");
  fs::create_directory_symlink(folder_, folder_ / "deep/circle");
  EXPECT_GE(use().bytes, 2u << 20);
  EXPECT_LT(use().bytes, (2u << 20) + (200u << 10));
  EXPECT_EQ(use().written_files, 6u) << "two files, two folders, two links";
}

TEST_F(DiskWatchTest, ATimeThatWasSetDoesNotHideWhatWasWritten) {
  write("before", 1 << 20);
  ::usleep(50'000);
  const auto since = system_clock::now() - std::chrono::milliseconds(20);
  EXPECT_EQ(use(since).written_bytes, 0u);
  write("after", 1 << 20);
  fs::last_write_time(folder_ / "after", fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_GE(use(since).written_bytes, 1u << 20);
  EXPECT_EQ(use(since).written_files, 1u);
}

TEST_F(DiskWatchTest, AFolderThatIsNotThereHoldsNothing) {
  EXPECT_EQ(folder_use(folder_ / "none", {}, kMany).bytes, 0u);
  DiskWatch watch(folder_ / "none", {1, 1, 1, 0});
  EXPECT_FALSE(watch.check());
}

TEST_F(DiskWatchTest, SaysWhichLimitIsReached) {
  struct Case {
    const char* name;
    DiskWatch::Limits limits;
    std::size_t file_bytes;
    const char* says;
  };
  const Case cases[] = {
      {"written", {8u << 20, kMany, 1ull << 40, 0}, 1 << 20, "written more than 8 MiB"},
      {"files", {1ull << 40, 1500, 1ull << 40, 0}, 1, "more than 1500 files"},
      {"project", {64u << 20, kMany, 16u << 20, 0}, 1 << 20, "the project has more than 16 MiB"},
      {"reserve", {1ull << 40, kMany, 1ull << 40, 1ull << 60}, 1 << 20, "the disk has only"},
  };
  for (const Case& each : cases) {
    DiskWatch watch(folder_, each.limits);
    EXPECT_FALSE(watch.check()) << each.name << ": nothing is written yet";
    const std::string folder = std::string("for ") + each.name;
    std::optional<std::string> reached;
    // What others free on the same disk at the same moment hides what is written: so more of it.
    for (int i = 0; i < 30'000 && !reached; ++i) {
      write(folder + "/" + std::to_string(i), each.file_bytes);
      reached = watch.check();
    }
    ASSERT_TRUE(reached) << each.name;
    EXPECT_NE(reached->find(each.says), std::string::npos) << *reached;
    fs::remove_all(folder_ / folder);
  }
}

TEST_F(DiskWatchTest, AProjectThatIsTooLargeAlreadyMayShrink) {
  write("large", 32 << 20);
  DiskWatch watch(folder_, {64u << 20, kMany, 1u << 20, 0});
  fs::remove(folder_ / "large");
  EXPECT_FALSE(watch.check());
}

}  // namespace
}  // namespace coditect::tools
