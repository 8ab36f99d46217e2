#include "storage/replication/shipper/ship_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::replication {
namespace {

using journal::Position;
using journal::Record;

const WorkspaceId kOne("ws_1");
const WorkspaceId kTwo("ws_2");

bool nobody(const WorkspaceId&) { return false; }

Record record(const WorkspaceId& workspace, Sequence seq) {
  return {workspace, seq, workspace.str() + ":" + std::to_string(seq)};
}

TEST(ShipQueue, GivesRunsOfConsecutiveEvents) {
  ShipQueue queue;
  for (Sequence seq = 5; seq <= 7; ++seq) {
    ASSERT_TRUE(queue.add(record(kOne, seq), Position{1, 0}));
  }
  ASSERT_TRUE(queue.add(record(kTwo, 1), Position{1, 0}));
  const auto runs = queue.take(nobody, 1000);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].first, 5u);
  EXPECT_EQ(runs[0].last, 7u);
  EXPECT_EQ(runs[0].lines, "ws_1:5\nws_1:6\nws_1:7\n");
  EXPECT_EQ(runs[1].lines, "ws_2:1\n");
}

TEST(ShipQueue, LeavesOutWhatItTookBefore) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 0}));
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{2, 0}));
  EXPECT_EQ(queue.take(nobody, 1000).at(0).last, 1u);
}

TEST(ShipQueue, RefusesAGap) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 0}));
  const auto refused = queue.add(record(kOne, 3), Position{1, 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInternal);
}

TEST(ShipQueue, AWorkspaceThatIsHeldBackKeepsItsPlaceAndTheJournal) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 10}));
  ASSERT_TRUE(queue.add(record(kTwo, 1), Position{1, 20}));
  const auto held = [](const WorkspaceId& each) { return each == kOne; };
  const auto runs = queue.take(held, 1000);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].workspace, kTwo);
  queue.acknowledge();
  EXPECT_EQ(queue.acknowledged(kTwo), 1u);
  EXPECT_EQ(queue.acknowledged(kOne), 0u);
  EXPECT_EQ(queue.low_water(Position{1, 30}), (Position{1, 10}));
  EXPECT_EQ(queue.take(nobody, 1000).at(0).workspace, kOne);
  queue.acknowledge();
  EXPECT_EQ(queue.low_water(Position{1, 30}), (Position{1, 30}));
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(ShipQueue, WhatWasGivenBackIsGivenAgain) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 0}));
  const auto first = queue.take(nobody, 1000);
  queue.give_back();
  EXPECT_EQ(queue.acknowledged(kOne), 0u);
  const auto again = queue.take(nobody, 1000);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].lines, first[0].lines);
}

TEST(ShipQueue, ALineThatIsLargerThanABundleGoesAlone) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 0}));
  ASSERT_TRUE(queue.add(record(kTwo, 1), Position{1, 0}));
  EXPECT_EQ(queue.take(nobody, 1).size(), 1u);
}

TEST(ShipQueue, AWorkspaceThatLeftIsForgotten) {
  ShipQueue queue;
  ASSERT_TRUE(queue.add(record(kOne, 1), Position{1, 5}));
  queue.forget(kOne);
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_TRUE(queue.waiting().empty());
  EXPECT_EQ(queue.low_water(Position{1, 9}), (Position{1, 9}));
}

/// Whatever is held back, given back or cut off by a full bundle: each line leaves once, in order,
/// and the journal may forget nothing that is not acknowledged.
RC_GTEST_PROP(ShipQueueProperty, EveryLineIsAcknowledgedOnceAndInOrder, ()) {
  ShipQueue queue;
  std::map<WorkspaceId, Sequence> added, acknowledged;
  std::map<WorkspaceId, std::map<Sequence, Position>> unacknowledged;
  Position next{1, 0};
  const auto steps = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps; ++step) {
    const auto records = *rc::gen::inRange(0, 6);
    for (int i = 0; i < records; ++i) {
      const WorkspaceId workspace("ws_" + std::to_string(*rc::gen::inRange(0, 3)));
      const Sequence seq = ++added[workspace];
      RC_ASSERT(queue.add(record(workspace, seq), next).ok());
      unacknowledged[workspace][seq] = next;
      next.offset += 10;
    }
    const WorkspaceId held("ws_" + std::to_string(*rc::gen::inRange(0, 4)));
    const auto bytes_max = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
    const auto runs = queue.take([&](const WorkspaceId& each) { return each == held; }, bytes_max);
    const bool works = *rc::gen::arbitrary<bool>();
    for (const ShipQueue::Run& run : runs) {
      RC_ASSERT(run.workspace != held);
      RC_ASSERT(run.first == acknowledged[run.workspace] + 1);
      if (!works) continue;
      acknowledged[run.workspace] = run.last;
      auto& waiting = unacknowledged[run.workspace];
      waiting.erase(waiting.begin(), waiting.upper_bound(run.last));
    }
    works ? queue.acknowledge() : queue.give_back();
    Position lowest = next;
    for (const auto& [workspace, waiting] : unacknowledged) {
      RC_ASSERT(queue.acknowledged(workspace) == acknowledged[workspace]);
      if (!waiting.empty()) lowest = std::min(lowest, waiting.begin()->second);
    }
    RC_ASSERT(queue.low_water(next) == lowest);
  }
}

}  // namespace
}  // namespace coditect::replication
