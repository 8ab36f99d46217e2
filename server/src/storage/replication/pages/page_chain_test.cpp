#include "storage/replication/pages/page_chain.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/storage_limits.h"
#include "storage/replication/pages/scan_pace.h"

namespace coditect::replication {
namespace {

using Places = std::vector<std::size_t>;

DeltaHead snapshot(Sequence after, std::uint64_t checksum) {
  return {.page_size = 4096,
          .page_count = 9,
          .pages = 9,
          .applied_before = 0,
          .applied_after = after,
          .checksum_before = 0,
          .checksum_after = checksum};
}

DeltaHead delta(Sequence before, std::uint64_t checksum_before, Sequence after,
                std::uint64_t checksum) {
  DeltaHead head = snapshot(after, checksum);
  head.pages = 1;
  head.applied_before = before;
  head.checksum_before = checksum_before;
  return head;
}

TEST(NewestChain, LeadsFromASnapshotToTheLatestState) {
  struct Case {
    const char* what;
    std::vector<DeltaHead> deltas;
    Places chain;
  };
  DeltaHead other_size = delta(10, 1, 20, 2);
  other_size.page_size = 512;
  const Case cases[] = {
      {"nothing", {}, {}},
      {"a snapshot", {snapshot(10, 1)}, {0}},
      {"deltas without a snapshot", {delta(10, 1, 20, 2), delta(20, 2, 30, 3)}, {}},
      {"a chain", {snapshot(10, 1), delta(10, 1, 20, 2), delta(20, 2, 30, 3)}, {0, 1, 2}},
      {"what came before a snapshot is not needed",
       {snapshot(10, 1), delta(10, 1, 20, 2), snapshot(30, 3), delta(30, 3, 40, 4)},
       {2, 3}},
      {"shipped twice from one state: the later one",
       {snapshot(10, 1), delta(10, 1, 20, 2), delta(10, 1, 25, 3), delta(25, 3, 30, 4)},
       {0, 2, 3}},
      {"the same delta twice",
       {snapshot(10, 1), delta(10, 1, 20, 2), delta(10, 1, 20, 2), delta(20, 2, 30, 3)},
       {0, 2, 3}},
      {"one is missing: up to there",
       {snapshot(10, 1), delta(10, 1, 20, 2), delta(25, 3, 30, 4)},
       {0, 1}},
      {"the watermark fits, the checksum does not", {snapshot(10, 1), delta(10, 9, 20, 2)}, {0}},
      {"the checksum fits, the watermark does not", {snapshot(10, 1), delta(11, 1, 20, 2)}, {0}},
      {"pages of another size", {snapshot(10, 1), other_size}, {0}},
      {"in the wrong order", {delta(10, 1, 20, 2), snapshot(10, 1)}, {1}},
      {"back to an earlier event, with a snapshot",
       {snapshot(30, 3), snapshot(20, 2), delta(20, 2, 30, 9)},
       {1, 2}},
      {"a snapshot of a state that deltas reached too",
       {snapshot(10, 1), delta(10, 1, 20, 2), snapshot(20, 2), delta(20, 2, 30, 3)},
       {2, 3}},
  };
  for (const Case& c : cases) EXPECT_EQ(newest_chain(c.deltas), c.chain) << c.what;
}

TEST(ScanPace, WaitsLongerAfterALongScan) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const SteadyTime start{seconds{1000}};
  ScanPace pace;
  EXPECT_TRUE(pace.due(start));
  pace.scanned(start, start + milliseconds{50});
  EXPECT_FALSE(pace.due(start + limits::kPagesInterval - milliseconds{1}));
  EXPECT_TRUE(pace.due(start + limits::kPagesInterval));
  pace.scanned(start, start + seconds{2});
  EXPECT_FALSE(pace.due(start + seconds{199}));
  EXPECT_TRUE(pace.due(start + seconds{2 * limits::kPagesPauseFactor}));
}

}  // namespace
}  // namespace coditect::replication
