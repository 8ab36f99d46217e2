#include "storage/journal/posix_disk.h"

#include <gtest/gtest.h>

#include <array>
#include <stdlib.h>

namespace coditect::journal {
namespace {

namespace fs = std::filesystem;
using Use = PosixDisk::Use;

class PosixDiskTest : public testing::Test {
 protected:
  PosixDiskTest() : root_(testing::TempDir() + "disk-XXXXXX") {
    EXPECT_NE(::mkdtemp(root_.data()), nullptr);
  }
  ~PosixDiskTest() override { fs::remove_all(root_); }
  fs::path folder() const { return fs::path(root_) / "journal"; }

  std::string root_;
};

TEST_F(PosixDiskTest, OneWritesOrManyLook) {
  EXPECT_EQ(PosixDisk::open_directory(folder(), Use::kLookAt).error().code, Errc::kNotFound);
  EXPECT_FALSE(fs::exists(folder())) << "looking makes nothing";
  {
    const auto writer = PosixDisk::open_directory(folder(), Use::kWrite);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const Use use : {Use::kWrite, Use::kLookAt}) {
      const auto second = PosixDisk::open_directory(folder(), use);
      ASSERT_FALSE(second);
      EXPECT_EQ(second.error().code, Errc::kConflict);
      EXPECT_FALSE(second.error().hint.empty());
    }
  }
  const auto one = PosixDisk::open_directory(folder(), Use::kLookAt);
  const auto two = PosixDisk::open_directory(folder(), Use::kLookAt);
  EXPECT_TRUE(one && two);
  EXPECT_EQ(PosixDisk::open_directory(folder(), Use::kWrite).error().code, Errc::kConflict);
}

TEST_F(PosixDiskTest, LookingChangesNothing) {
  {
    const auto writer = *PosixDisk::open_directory(folder(), Use::kWrite);
    const auto file = *writer->create("a");
    ASSERT_TRUE(write_fully(*file, "hello", 0));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(writer->sync_directory());
  }
  const auto disk = *PosixDisk::open_directory(folder(), Use::kLookAt);
  EXPECT_EQ(*disk->list(), std::vector<std::string>{"a"});
  EXPECT_FALSE(disk->create("b"));
  EXPECT_FALSE(disk->sync_directory());
  EXPECT_TRUE(disk->remove("a")) << "recovery goes on";
  for (const auto purpose : {Disk::OpenFor::kRecovery, Disk::OpenFor::kOverwrite}) {
    const auto file = disk->open("a", purpose);
    ASSERT_TRUE(file);
    std::array<char, 8> bytes{};
    EXPECT_EQ(*(*file)->read(bytes, 0), 5u);
    EXPECT_EQ(std::string_view(bytes.data(), 5), "hello");
    EXPECT_FALSE((*file)->write("x", 0));
  }
  EXPECT_EQ(*disk->list(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace coditect::journal
