#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdlib.h>
#include <string>
#include <vector>

#include "storage/blobs/blob_store.h"

namespace coditect::blobs {

/// A folder of its own with a blob store in it; removed with everything in it.
class BlobsTest : public ::testing::Test {
 protected:
  BlobsTest() : path_(::testing::TempDir() + "blobs-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
    reopen();
  }
  ~BlobsTest() override { std::filesystem::remove_all(path_); }

  void reopen() {
    auto opened = BlobStore::open(folder());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }
  std::filesystem::path folder() const { return root() / "blobs"; }
  std::filesystem::path root() const { return path_; }
  std::vector<std::filesystem::path> stored_files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      files.push_back(entry.path());
    }
    return files;
  }
  static void write(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::string path_;
  std::unique_ptr<BlobStore> store_;
};

}  // namespace coditect::blobs
