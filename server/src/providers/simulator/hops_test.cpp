#include "providers/simulator/hops.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::simulator {
namespace {

Act act_of(const std::string& block) { return acts_of(*parse_rehearsal(block)).front(); }

/// All parts of an act, each asked for with the token of the one before.
std::vector<Part> parts_of(const Act& act) {
  std::vector<Part> parts;
  std::string token;
  do {
    Result<Part> part = part_of(act, "place", token);
    EXPECT_TRUE(part.ok()) << part.error().message;
    if (!part) break;
    token = part->next_token;
    parts.push_back(*std::move(part));
  } while (!token.empty());
  return parts;
}

TEST(Hops, CutAnAnswerWhereTheyStand) {
  const std::vector<Part> parts = parts_of(
      act_of("{\"say\":\"a\"}\n{\"hop\":\"continue\"}\n{\"say\":\"b\"}\n{\"hop\":\"drop\"}\n"
             "{\"tool\":\"t\"}"));
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].act.text(), "a");
  EXPECT_EQ(parts[0].end, Hop::End::kContinue);
  EXPECT_EQ(parts[1].act.text(), "\nb");
  EXPECT_EQ(parts[1].end, Hop::End::kDrop);
  EXPECT_EQ(parts[1].earlier_bytes, 1u);
  EXPECT_EQ(parts[2].act.text(), "");
  EXPECT_EQ(parts[2].end, std::nullopt);
  EXPECT_EQ(parts[2].earlier_bytes, 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(parts[i].act.calls.size(), i == 2 ? 1u : 0u);
}

TEST(Hops, RefuseATokenThatIsNotTheirs) {
  const Act act = act_of("{\"say\":\"a\"}\n{\"hop\":\"continue\"}\n{\"say\":\"b\"}");
  const std::string token = part_of(act, "here", "")->next_token;
  EXPECT_TRUE(part_of(act, "here", token).ok());
  EXPECT_FALSE(part_of(act, "elsewhere", token).ok());
  EXPECT_FALSE(part_of(act_of(R"({"say":"a"})"), "here", token).ok());
  for (const std::string& bad : {token + "x", token.substr(1), "2" + token.substr(1),
                                 std::string("0"), std::string("-1"), std::string("1.")}) {
    const auto part = part_of(act, "here", bad);
    ASSERT_FALSE(part.ok()) << bad;
    EXPECT_EQ(part.error().code, Errc::kInvalid);
  }
}

RC_GTEST_PROP(HopsProperty, PartsJoinedSayTheSameAndEndAsTold, ()) {
  Act act;
  for (const int length : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3))) {
    act.lines.push_back({{}, std::string(static_cast<std::size_t>(length), 'x')});
  }
  const auto count = static_cast<int>(act.lines.size());
  auto places = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, count + 1));
  std::ranges::sort(places);
  for (const int place : places) act.cuts.push_back({static_cast<std::size_t>(place)});
  act.calls.push_back({"", "t", {}});
  const std::vector<Part> parts = parts_of(act);
  RC_ASSERT(parts.size() == places.size() + 1);
  std::string joined;
  for (const Part& part : parts) {
    RC_ASSERT(part.earlier_bytes == joined.size());
    joined += part.act.text();
    RC_ASSERT(part.act.calls.empty() == part.end.has_value());
  }
  RC_ASSERT(joined == act.text());
}

}  // namespace
}  // namespace coditect::simulator
