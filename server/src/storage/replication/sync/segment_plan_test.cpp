#include "storage/replication/sync/segment_plan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "base/storage_limits.h"
#include "storage/replication/sync/trim_logs.h"

namespace coditect::replication {
namespace {

constexpr std::uint64_t kMax = limits::kLogSegmentBytesMax;

/// What the manifest says after a plan was carried out.
std::vector<Manifest::Segment> carry_out(std::vector<Manifest::Segment> segments,
                                         const SegmentPlan& plan) {
  segments.resize(plan.kept);
  for (const Run& run : plan.runs) segments.push_back({run.first, run.last, 1, run.bytes, ""});
  return segments;
}

TEST(SegmentPlan, Cases) {
  struct Case {
    const char* name;
    std::vector<std::uint64_t> before;  // bytes of the segments there are, one event each
    std::uint64_t added;
    std::vector<std::uint64_t> after;
  };
  const Case cases[] = {
      {"the first", {}, 10, {10}},
      {"like the last", {10}, 10, {20}},
      {"much smaller", {100}, 10, {100, 10}},
      {"half", {100}, 50, {100, 50}},
      {"more than half", {100}, 51, {151}},
      {"one after the other", {100, 50, 25}, 25, {200}},
      {"a full one stays", {kMax}, kMax, {kMax, kMax}},
      {"both do not fit into one", {kMax / 2 + 1}, kMax / 2, {kMax / 2 + 1, kMax / 2}},
  };
  for (const Case& each : cases) {
    std::vector<Manifest::Segment> segments;
    for (const std::uint64_t bytes : each.before) {
      const Sequence seq = segments.size() + 1;
      segments.push_back({seq, seq, 1, bytes, ""});
    }
    const Sequence seq = segments.size() + 1;
    const SegmentPlan plan = plan_segments(segments, {{seq, seq, each.added}});
    std::vector<std::uint64_t> after;
    for (const auto& segment : carry_out(segments, plan)) after.push_back(segment.content_bytes);
    EXPECT_EQ(after, each.after) << each.name;
  }
}

TEST(SegmentPlan, KeepsAllWhenNothingIsAdded) {
  const SegmentPlan plan = plan_segments({{1, 1, 1, 10, ""}, {2, 2, 1, 10, ""}}, {});
  EXPECT_EQ(plan.kept, 2u);
  EXPECT_TRUE(plan.runs.empty());
}

RC_GTEST_PROP(SegmentPlan, StaysGapFreeAndSmall, (std::uint64_t seed)) {
  SeededRandom random(seed);
  std::vector<Manifest::Segment> segments;
  Sequence head = 0;
  std::uint64_t bytes = 0;
  std::uint64_t written = 0;
  const std::uint64_t line_max = 1 + random.below(random.below(10) == 0 ? 2 * kMax : 100'000);
  for (int sync = 0; sync < 200; ++sync) {
    RunCutter cutter;
    for (std::uint64_t lines = 1 + random.below(20); lines > 0; --lines) {
      const std::uint64_t line = random.below(line_max);
      cutter.add(++head, line);
      bytes += line + 1;
    }
    std::vector<Run> added = std::move(cutter).take();
    for (const Run& run : added) RC_ASSERT(run.bytes <= kMax || run.first == run.last);
    const SegmentPlan plan = plan_segments(segments, added);
    for (const Run& run : plan.runs) written += run.bytes;
    segments = carry_out(segments, plan);
    Sequence last = 0;
    std::uint64_t sum = 0;
    std::size_t not_full = 0;
    for (const auto& segment : segments) {
      RC_ASSERT(segment.first == last + 1 && segment.last >= segment.first);
      last = segment.last;
      sum += segment.content_bytes;
      if (segment.content_bytes <= kMax / 2) ++not_full;
    }
    RC_ASSERT(last == head);
    RC_ASSERT(sum == bytes);
    // Two neighbours that both stay have more than one segment's worth, or halve.
    RC_ASSERT(segments.size() <= 2 * (bytes / kMax + 1) + 25);
    RC_ASSERT(not_full <= bytes / kMax + 25);
  }
  // A line moves into a segment of at least one and a half times the size each time.
  RC_ASSERT(written <= bytes * 45);
}

TEST(TrimLogs, Cases) {
  const LogPlace own{"n_a", 7, 40};
  struct Case {
    const char* name;
    std::vector<LogPlace> logs;
    std::vector<LogPlace> needed;
    std::vector<LogPlace> after;
  };
  const Case cases[] = {
      {"its own log alone", {{"n_a", 7, 1}}, {}, {own}},
      {"logs before it go", {{"n_b", 2, 5}, {"n_a", 6, 1}, {"n_a", 7, 1}}, {}, {own}},
      {"pages hold the own one", {{"n_a", 7, 1}}, {{"n_a", 7, 30}}, {{"n_a", 7, 30}}},
      {"the earliest of them", {{"n_a", 7, 1}}, {{"n_a", 7, 30}, {"n_a", 7, 20}}, {{"n_a", 7, 20}}},
      {"and one before it", {{"n_b", 2, 5}, {"n_a", 7, 1}}, {{"n_b", 2, 9}}, {{"n_b", 2, 9}, own}},
      {"a log that was never named is not", {{"n_a", 7, 1}}, {{"n_c", 1, 1}}, {own}},
      {"needed before it was named", {{"n_b", 2, 5}}, {{"n_b", 2, 3}}, {{"n_b", 2, 5}, own}},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(trim_logs(each.logs, own, each.needed), each.after) << each.name;
  }
}

}  // namespace
}  // namespace coditect::replication
