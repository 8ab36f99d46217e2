#include "storage/replication/sync/blob_sync.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/random.h"
#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/blobs/blob_store.h"
#include "storage/replication/keys.h"
#include "storage/replication/replication_test_support.h"

namespace coditect::replication {
namespace {

using objects::Fault;
using objects::StoreCall;

class BlobSyncTest : public testing::Test {
 protected:
  BlobSyncTest() {
    auto opened = blobs::BlobStore::open(blob_folder());
    EXPECT_TRUE(opened);
    blobs_ = *std::move(opened);
  }

  std::filesystem::path blob_folder() const { return scratch_.path() / "blobs"; }
  std::filesystem::path known() const { return scratch_.path() / "uploaded"; }
  BlobSync begin() { return {store_, disk_, kTestFolder, blob_folder(), known()}; }
  void put(const std::string& content) { EXPECT_TRUE(blobs_->put(content)); }
  Result<Progress> sync(BlobSync& copy) { return player_.play(copy.sync(OnProgress())); }
  int puts() const {
    int sum = 0;
    for (const auto& [key, count] : faults_.puts) sum += count;
    return sum;
  }
  /// Every file is in the store, byte by byte.
  void expect_all_stored() {
    for (const auto& entry : std::filesystem::directory_iterator(blob_folder())) {
      const std::string name = entry.path().filename().string();
      if (!is_blob_file(name)) continue;
      const auto stored = bucket_->get(blob_key(kTestFolder, name));
      ASSERT_TRUE(stored) << name;
      EXPECT_EQ(*stored->content, *read_file(entry.path())) << name;
    }
  }

  ScratchFolder scratch_;
  Player player_;
  BlockingPool disk_{2};
  std::shared_ptr<objects::MemoryBucket> bucket_ = std::make_shared<objects::MemoryBucket>();
  WatchedFaults faults_;
  objects::MemoryStore store_{bucket_, faults_, objects::sleep_on_timer};
  std::unique_ptr<blobs::BlobStore> blobs_;
};

TEST_F(BlobSyncTest, PutsEachFileOnce) {
  for (int i = 0; i < 20; ++i) put("content " + std::to_string(i));
  BlobSync copy = begin();
  std::vector<Progress> seen;
  const auto done =
      player_.play(copy.sync([&](const Progress& progress) { seen.push_back(progress); }));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->files, 20u);
  EXPECT_EQ(done->bytes, done->bytes_total);
  ASSERT_EQ(seen.size(), 20u);
  EXPECT_EQ(seen.back().files, seen.back().files_total);
  expect_all_stored();
  EXPECT_EQ(sync(copy)->files, 0u);
  put("one more");
  EXPECT_EQ(sync(copy)->files, 1u);
  BlobSync restarted = begin();
  EXPECT_EQ(sync(restarted)->files, 0u) << "the local file remembers";
  EXPECT_EQ(puts(), 21);
  EXPECT_EQ(faults_.lists, 1) << "at the very first sync only";
}

TEST_F(BlobSyncTest, ListsWhenTheLocalFileIsLost) {
  put("a");
  put("b");
  BlobSync copy = begin();
  ASSERT_TRUE(sync(copy));
  std::filesystem::remove(known());
  put("c");
  BlobSync other = begin();
  EXPECT_EQ(sync(other)->files, 1u);
  EXPECT_EQ(puts(), 3);
  other.distrust();
  bucket_->remove(blob_key(kTestFolder, sha256_hex("a") + ".zst"));
  EXPECT_EQ(sync(other)->files, 1u) << "what the store lost comes back";
  expect_all_stored();
}

TEST_F(BlobSyncTest, DoesNotBelieveAFileAboutAnotherStore) {
  put("a");
  std::ofstream(known()) << "coditect-uploaded 1 file:///elsewhere " << kTestFolder << "\n"
                         << sha256_hex("a") << ".zst\n";
  BlobSync copy = begin();
  EXPECT_EQ(sync(copy)->files, 1u);
}

TEST_F(BlobSyncTest, LeavesACutLineOut) {
  put("a");
  BlobSync copy = begin();
  ASSERT_TRUE(sync(copy));
  std::filesystem::resize_file(known(), std::filesystem::file_size(known()) - 3);
  BlobSync other = begin();
  EXPECT_EQ(sync(other)->files, 1u) << "it is tried again, and found there";
  EXPECT_EQ(sync(other)->files, 0u);
  BlobSync third = begin();
  EXPECT_EQ(sync(third)->files, 0u);
}

TEST_F(BlobSyncTest, GoesOnAfterEachFailure) {
  for (int i = 0; i < 30; ++i) put("content " + std::to_string(i));
  objects::SeededFaults faults(
      7, {.request_lost_permille = 250, .answer_lost_permille = 250, .late_permille = 200});
  objects::MemoryStore store(bucket_, faults, objects::sleep_on_timer);
  BlobSync copy(store, disk_, kTestFolder, blob_folder(), known());
  int attempts = 0;
  Result<Progress> done = sync(copy);
  std::uint64_t files = 0;
  while (!done) {
    ASSERT_EQ(done.error().code, Errc::kUnavailable);
    ASSERT_LT(++attempts, 1'000);
    done = sync(copy);
    if (done) files = done->files;
  }
  EXPECT_LT(files, 30u) << "what had arrived was not begun again";
  bucket_->settle();
  expect_all_stored();
}

TEST_F(BlobSyncTest, StreamsALargeFile) {
  std::string large(limits::kObjectPartBytes + 5'000'000, '\0');
  SeededRandom random(3);
  for (char& byte : large) byte = static_cast<char>(random.next());
  put(large);
  put("small");
  BlobSync copy = begin();
  EXPECT_EQ(sync(copy)->files, 2u);
  expect_all_stored();
}

TEST_F(BlobSyncTest, LeavesStrangersAndUnfinishedFilesAlone) {
  std::ofstream(blob_folder() / "notes.txt") << "x";
  std::ofstream(blob_folder() / (sha256_hex("a") + ".zst.tmp-1-2")) << "x";
  BlobSync copy = begin();
  EXPECT_EQ(sync(copy)->files_total, 0u);
  EXPECT_TRUE(bucket_->keys().empty());
}

TEST_F(BlobSyncTest, SaysWhatFails) {
  put("a");
  faults_.decide = [](StoreCall, std::string_view) {
    Fault fault;
    fault.kind = Fault::Kind::kRequestLost;
    return fault;
  };
  BlobSync copy = begin();
  EXPECT_EQ(sync(copy).error().code, Errc::kUnavailable);
  faults_.decide = nullptr;
  EXPECT_EQ(sync(copy)->files, 1u);
}

}  // namespace
}  // namespace coditect::replication
