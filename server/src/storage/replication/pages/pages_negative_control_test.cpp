#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/posix_file.h"
#include "storage/replication/pages/database_check.h"
#include "storage/replication/pages/page_restore.h"
#include "storage/replication/pages/pages_test_support.h"

// Shipping by the size of files loses transactions, and SQLite's own check does not notice. These
// tests hold that the shipper that goes by size does lose one, so that the checker is known to
// find it, and that the tracker does not.
namespace coditect::replication {
namespace {

constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kWalHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kFrameBytes = kFrameHeaderBytes + kPageSize;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  }
  return number;
}

/// Copies the database once, then ships what the WAL has grown by, and takes a WAL of the same
/// size for one in which nothing happened.
class ShipperBySize {
 public:
  explicit ShipperBySize(SourceDatabase& source) : source_(source) {
    source_.run("PRAGMA wal_checkpoint(TRUNCATE)");
    copy_ = content_of(source_.path());
  }

  void ship() {
    const std::string wal = content_of(source_.path().string() + "-wal");
    if (wal.size() == wal_bytes_) return;
    for (std::size_t at = std::max(wal_bytes_, kWalHeaderBytes); at + kFrameBytes <= wal.size();
         at += kFrameBytes) {
      const std::string_view frame = std::string_view(wal).substr(at, kFrameBytes);
      const std::size_t page = big_endian(frame) - 1;
      copy_.resize(std::max(copy_.size(), (page + 1) * kPageSize));
      copy_.replace(page * kPageSize, kPageSize, frame.substr(kFrameHeaderBytes));
    }
    wal_bytes_ = wal.size();
  }
  const std::string& copy() const { return copy_; }

 private:
  SourceDatabase& source_;
  std::string copy_;
  std::size_t wal_bytes_ = 0;
};

std::string integrity(const std::filesystem::path& path) {
  const auto connection = databases::Connection::open(path, databases::Connection::Mode::kReader);
  EXPECT_TRUE(connection);
  auto check = (*connection)->prepare("PRAGMA integrity_check");
  EXPECT_TRUE(check && *check->step());
  return std::string(check->text(0));
}

class NegativeControl : public testing::Test {
 protected:
  NegativeControl() { source_.insert(40, 300); }

  // What a checker knows of the source at this moment: every page's hash, the rolling checksum, the
  // watermark.
  PageState expected() {
    PageTracker tracker;
    ship(tracker, source_);
    return *tracker.shipped();
  }
  std::filesystem::path put(const std::string& name, const std::string& content) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(write_file_atomically(path, content));
    return path;
  }

  TemporaryFolder folder_;
  SourceDatabase source_{folder_.path() / "source.db"};
};

TEST_F(NegativeControl, ShippingBySizeLosesATransactionAndTheCheckerFindsIt) {
  PageTracker tracker;
  std::vector<Shipment> shipments{ship(tracker, source_)};
  ShipperBySize by_size(source_);

  source_.transact("UPDATE rows SET text='first' WHERE id=1");
  by_size.ship();
  shipments.push_back(ship(tracker, source_));
  ASSERT_TRUE(check_database(put("first.db", by_size.copy()), expected()))
      << "as long as the WAL only grows, size is enough";

  // The WAL is in the database now, and the next transaction begins it anew: it overwrites frames,
  // and the file keeps its size.
  const auto wal = source_.path().string() + "-wal";
  const auto size = std::filesystem::file_size(wal);
  source_.run("PRAGMA wal_checkpoint(PASSIVE)");
  source_.transact("UPDATE rows SET text='second' WHERE id=1");
  ASSERT_EQ(std::filesystem::file_size(wal), size);
  by_size.ship();
  shipments.push_back(ship(tracker, source_));

  const PageState truth = expected();
  ASSERT_EQ(truth.watermark.seq, 3u);
  const auto copy = put("copy.db", by_size.copy());
  EXPECT_EQ(integrity(copy), "ok") << "a sound database, but not the one that it should be";
  const auto watermark = check_content(copy, truth.watermark.seq);
  ASSERT_FALSE(watermark);
  EXPECT_NE(watermark.error().message.find("applied event 2, not 3"), std::string::npos)
      << watermark.error().message;
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(copy.string() + suffix);
  const auto pages = check_database(copy, truth);
  ASSERT_FALSE(pages);
  EXPECT_NE(pages.error().message.find("is not what was written"), std::string::npos)
      << pages.error().message;

  const auto restored = folder_.path() / "restored.db";
  ASSERT_TRUE(restore(restored, shipments));
  EXPECT_TRUE(check_database(restored, truth));
  EXPECT_EQ(content_of(restored), source_.image());
}

// The same loss, with later transactions that hide it: the copy is mixed from two states and has
// the latest watermark, so only the checksum tells.
TEST_F(NegativeControl, TheChecksumFindsWhatTheWatermarkDoesNot) {
  ShipperBySize by_size(source_);
  source_.transact("UPDATE rows SET text=hex(randomblob(150)) WHERE id IN (1, 20, 40)");
  by_size.ship();
  source_.run("PRAGMA wal_checkpoint(PASSIVE)");
  source_.transact("UPDATE rows SET text=hex(randomblob(150)) WHERE id IN (1, 20, 40)");
  by_size.ship();  // loses it
  for (int i = 0; i < 10; ++i) source_.transact("UPDATE rows SET text='z' WHERE id=40");
  by_size.ship();

  const PageState truth = expected();
  const auto copy = put("copy.db", by_size.copy());
  EXPECT_EQ(integrity(copy), "ok");
  const auto watermark = check_content(copy, truth.watermark.seq);
  EXPECT_TRUE(watermark) << watermark.error().message;
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(copy.string() + suffix);
  const auto checked = check_database(copy, truth);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("page"), std::string::npos);
}

}  // namespace
}  // namespace coditect::replication
