#include "storage/replication/retention/garbage.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/random.h"
#include "base/storage_limits.h"

namespace coditect::replication {
namespace {

using std::chrono::minutes;

TEST(UnneededBundles, Cases) {
  const std::vector<LogPlace> log{{"n", 5, 1}, {"n", 5, 2}, {"n", 5, 3}};
  struct Case {
    const char* name;
    std::vector<LogPlace> needed;
    std::uint64_t current_epoch;
    std::vector<std::uint64_t> unneeded;
  };
  const Case cases[] = {
      {"nobody names the present log", {}, 5, {}},
      {"nobody names an older one: its seal stays", {}, 6, {1, 2}},
      {"nor a very old one", {}, 6 + limits::kSealsKept, {1, 2, 3}},
      {"the first is needed", {{"n", 5, 1}}, 5, {}},
      {"the second is needed", {{"n", 5, 2}}, 6, {1}},
      {"by the one who needs most", {{"n", 5, 3}, {"n", 5, 2}}, 6, {1}},
      {"the next one is needed", {{"n", 5, 4}}, 5, {1, 2}},
      {"another epoch's place says nothing", {{"n", 4, 9}}, 6, {1, 2}},
      {"nor another node's", {{"m", 5, 1}}, 6, {1, 2}},
      {"a very old one that is needed stays", {{"n", 5, 2}}, 99, {1}},
  };
  for (const Case& each : cases) {
    std::vector<std::uint64_t> unneeded;
    for (const LogPlace& place : unneeded_bundles(log, each.needed, each.current_epoch)) {
      unneeded.push_back(place.bundle);
    }
    EXPECT_EQ(unneeded, each.unneeded) << each.name;
  }
}

TEST(UnnamedObjects, AreSegmentsAndSnapshotsThatNobodyNames) {
  Manifest manifest;
  manifest.segments = {{1, 9, 2, 1, ""}};
  manifest.databases["sessions"].key = snapshot_key("f", "sessions", 9, 2);
  const std::vector<std::string> keys{
      segment_key("f", 1, 9, 2),
      segment_key("f", 1, 5, 1),
      segment_key("g", 1, 5, 1),
      blob_key("f", "x.jsonl.zst"),
      blob_key("f", "x.pack"),
      manifest_key("f"),
      snapshot_key("f", "sessions", 9, 2),
      snapshot_key("f", "sessions", 9, 1),
      snapshot_key("f", "messages", 1, 1),
      "f/databases/readme.txt",
      "f/sessions/notes.txt",
  };
  EXPECT_EQ(
      unnamed_objects(keys, "f", manifest),
      (std::vector<std::string>{segment_key("f", 1, 5, 1), snapshot_key("f", "sessions", 9, 1),
                                snapshot_key("f", "messages", 1, 1)}));
}

TEST(GarbageMarks, WaitForTheWholeGrace) {
  GarbageMarks marks(minutes(10));
  const SteadyTime start{};
  const std::vector<std::string> none;
  EXPECT_EQ(marks.due({"a", "b"}, start, 9), none);
  EXPECT_EQ(marks.due({"a"}, start + minutes(9), 9), none);
  EXPECT_EQ(marks.due({"a", "b"}, start + minutes(10), 9), (std::vector<std::string>{"a"}))
      << "b was needed in between";
  EXPECT_EQ(marks.due({"b"}, start + minutes(19), 9), none);
  EXPECT_EQ(marks.due({"b"}, start + minutes(20), 9), (std::vector<std::string>{"b"}));
  EXPECT_EQ(marks.due({}, start + minutes(21), 9), none);
  EXPECT_EQ(marks.size(), 0u);
}

TEST(GarbageMarks, RemoveNoMoreThanTheyMayAtOnce) {
  GarbageMarks marks(minutes(10));
  const std::vector<std::string> all{"a", "b", "c"};
  const SteadyTime start{};
  EXPECT_TRUE(marks.due(all, start, 2).empty());
  EXPECT_EQ(marks.due(all, start + minutes(10), 2).size(), 2u);
  EXPECT_EQ(marks.due({"c"}, start + minutes(10), 2).size(), 1u);
}

/// A store of two nodes' logs and some workspaces, over many hours.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed), manifests_(1 + random_.below(6)) {
    for (auto& logs : manifests_) logs = {next()};
    remember();
  }

  void step() {
    now_ += minutes(random_.below(40));
    std::vector<LogPlace>& logs = manifests_[random_.below(manifests_.size())];
    switch (random_.below(5)) {
      case 0: ++epoch_, bundle_ = 1; break;  // the node starts again
      case 1: logs.push_back(next()); break;
      case 2: logs = {next()}; break;  // all of it is in segments now
      case 3: sweep(); break;
      default: ship(); break;
    }
    remember();
    check_restores();
  }

 private:
  LogPlace next() const { return {"n", epoch_, bundle_}; }
  void ship() {
    for (std::uint64_t i = random_.below(10); i > 0; --i, ++bundle_) {
      store_.insert({epoch_, bundle_});
      shipped_.insert({epoch_, bundle_});
    }
  }
  void sweep() {
    std::vector<LogPlace> present;
    for (const auto& [epoch, bundle] : store_) present.push_back({"n", epoch, bundle});
    std::vector<LogPlace> needed;
    for (const auto& logs : manifests_) needed.insert(needed.end(), logs.begin(), logs.end());
    std::vector<std::string> garbage;
    for (const LogPlace& place : unneeded_bundles(present, needed, epoch_)) {
      garbage.push_back(bundle_key(place));
    }
    for (const std::string& key : marks_.due(garbage, now_, 1 + random_.below(20))) {
      const auto place = parse_bundle_key(key);
      store_.erase({place->epoch, place->bundle});
    }
  }
  void remember() {
    for (const auto& logs : manifests_) {
      for (const LogPlace& place : logs) read_lately_.push_back({now_, place});
    }
    std::erase_if(read_lately_,
                  [this](const auto& each) { return now_ - each.first >= limits::kGarbageGrace; });
  }
  /// Every restore that began lately finds all bundles from its places on.
  void check_restores() const {
    for (const auto& [when, place] : read_lately_) {
      for (const auto& bundle : shipped_) {
        if (bundle.first != place.epoch || bundle.second < place.bundle) continue;
        RC_ASSERT(store_.contains(bundle));
      }
    }
  }

  SeededRandom random_;
  SteadyTime now_{};
  std::uint64_t epoch_ = 1;
  std::uint64_t bundle_ = 1;
  std::set<std::pair<std::uint64_t, std::uint64_t>> store_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> shipped_;
  std::vector<std::vector<LogPlace>> manifests_;
  std::vector<std::pair<SteadyTime, LogPlace>> read_lately_;
  GarbageMarks marks_{limits::kGarbageGrace};
};

RC_GTEST_PROP(Retention, NeverRemovesWhatARestoreReads, (std::uint64_t seed)) {
  Model model(seed);
  for (int i = 0; i < 150; ++i) model.step();
}

}  // namespace
}  // namespace coditect::replication
