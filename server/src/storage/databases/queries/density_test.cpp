#include "storage/databases/queries/density.h"

#include <map>
#include <string>

#include "base/event.h"
#include "storage/databases/projections/density.h"
#include "storage/databases/queries/timeline.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

class DensityTest : public WorkspaceTest {
 protected:
  /// Events of two types by two agents and nobody.
  void work(int events) {
    static constexpr const char* kActors[] = {"agent:claude", "agent:kimi", "user:ann"};
    for (int i = 0; i < events; ++i) {
      const bool edit = i % 2 == 0;
      const std::string path = "file" + std::to_string(i % 10);
      happen(
          edit ? "file_edit" : "tool_call",
          edit ? R"({"op":"write","hash":"h","size":1,"text":"x","path":")" + path + "\"}" : "{}",
          "", kActors[i % 3]);
    }
  }
  json::object ask(DensityQuestion question) {
    auto counted = density(view(), question);
    EXPECT_TRUE(counted) << counted.error().message;
    return counted ? *std::move(counted) : json::object{};
  }
  /// How many events of each key there are in all buckets.
  static std::map<std::string, std::int64_t> sums(const json::object& answer) {
    std::map<std::string, std::int64_t> all;
    for (const json::value& bucket : answer.at("buckets").as_array()) {
      for (const auto& [key, count] : bucket.at("counts").as_object()) {
        all[std::string(key)] += count.as_int64();
      }
    }
    return all;
  }
  using Sums = std::map<std::string, std::int64_t>;
};

TEST_F(DensityTest, CountsEachEventOnce) {
  work(30);
  const json::object all = ask({.buckets = 7});
  EXPECT_EQ(all.at("from"), 1);
  EXPECT_EQ(all.at("to"), 30);
  EXPECT_EQ(all.at("width"), 5);
  EXPECT_EQ(all.at("buckets").as_array().size(), 6u);
  EXPECT_EQ(all.at("buckets").at(1).at("from"), 6);
  EXPECT_EQ(all.at("buckets").at(1).at("ts"), "2027-01-15T08:00:06.000000Z");
  EXPECT_EQ(all.at("to_ts"), "2027-01-15T08:00:30.000000Z");
  EXPECT_EQ(sums(all), (Sums{{"file_edit", 15}, {"tool_call", 15}}));
  EXPECT_EQ(json::serialize(all.at("buckets").at(0).at("counts")),
            R"({"file_edit":3,"tool_call":2})");
  using By = DensityQuestion::By;
  EXPECT_EQ(sums(ask({.by = By::kAgent})), (Sums{{"", 10}, {"claude", 10}, {"kimi", 10}}));
  EXPECT_EQ(sums(ask({.agent = "kimi"})), (Sums{{"file_edit", 5}, {"tool_call", 5}}));
  EXPECT_EQ(sums(ask({.types = {"tool_call"}})), (Sums{{"tool_call", 15}}));
  EXPECT_EQ(sums(ask({.path = "file4"})), (Sums{{"file_edit", 3}}));
  EXPECT_EQ(sums(ask({.from = 11, .to = 20})), (Sums{{"file_edit", 5}, {"tool_call", 5}}));
}

// A log that is too long to be counted event by event gives the same sums.
TEST_F(DensityTest, CountsSlotsAsItCountsEvents) {
  constexpr int kEvents = 3'000;
  work(kEvents);
  for (const auto by : {DensityQuestion::By::kType, DensityQuestion::By::kAgent}) {
    for (const char* agent : {"", "kimi"}) {
      DensityQuestion question{.buckets = 500, .by = by, .agent = agent};
      const json::object exact = ask(question);
      EXPECT_EQ(exact.at("width"), 6);
      question.buckets = 4;
      const json::object slots = ask(question);
      EXPECT_EQ(slots.at("width"), 3 * kSlotEvents);
      EXPECT_EQ(slots.at("to"), kEvents);
      EXPECT_EQ(sums(slots), sums(exact)) << agent;
    }
  }
  // A part of the log is widened to whole slots.
  const json::object part = ask({.from = 300, .to = 2'000, .buckets = 2});
  EXPECT_EQ(part.at("from"), 257);
  EXPECT_EQ(part.at("to"), 2'048);
  EXPECT_EQ(sums(part), (Sums{{"file_edit", 896}, {"tool_call", 896}}));
}

TEST_F(DensityTest, AnswersForAnyQuestion) {
  const json::object nothing = ask({});
  EXPECT_TRUE(nothing.at("buckets").as_array().empty());
  EXPECT_EQ(nothing.at("to"), 0);
  work(3);
  for (const Sequence from : {0u, 1u, 3u, 4u, 1000000u}) {
    for (const Sequence to : {0u, 1u, 3u, 4u, 1000000u}) {
      const json::object answer = ask({.from = from, .to = to, .buckets = 9'999});
      EXPECT_LE(answer.at("buckets").as_array().size(), 3u) << from << " " << to;
      EXPECT_FALSE(answer.at("buckets").as_array().empty()) << from << " " << to;
    }
  }
}

TEST_F(DensityTest, KnowsLongPauses) {
  work(2);
  EXPECT_TRUE(ask({}).at("gaps").as_array().empty());
  feed_.pause(std::chrono::hours{1});
  work(2);
  EXPECT_EQ(json::serialize(ask({}).at("gaps")), R"([{"seq":3,"ms":3601000}])");
  EXPECT_TRUE(ask({.from = 3}).at("gaps").as_array().empty());
}

}  // namespace
}  // namespace coditect::databases
