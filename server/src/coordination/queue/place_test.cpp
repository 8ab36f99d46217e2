#include "coordination/queue/place.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace coditect::queue {
namespace {

TEST(Place, BetweenTwo) {
  struct Case {
    const char* name;
    std::optional<Digits> after;
    Digits before;
    Digits expected;
  };
  const std::int64_t stride = 1 << 20;
  const Case cases[] = {
      {"before the first", std::nullopt, {7}, {6}},
      {"before the last promoted", std::nullopt, {-7}, {-8}},
      {"in the middle", Digits{4}, {10}, {7}},
      {"between neighbours", Digits{4}, {5}, {4, 0}},
      {"again, later", Digits{4, 0}, {5}, {4, stride}},
      {"again, earlier", Digits{4}, {4, 0}, {4, -stride}},
      {"deeper", Digits{4, 0}, {4, 1}, {4, 0, 0}},
      {"among those deeper", Digits{4, 0, 0}, {4, 1}, {4, 0, stride}},
  };
  for (const Case& each : cases) {
    const auto made = between(each.after, each.before);
    ASSERT_TRUE(made) << each.name;
    EXPECT_EQ(*made, each.expected) << each.name;
  }
}

TEST(Place, SaysWhenThereIsNoRoomLeft) {
  Digits after{1}, before{2};
  std::optional<Error> refused;
  for (int i = 0; i < 10'000 && !refused; ++i) {
    auto made = between(after, before);
    if (!made) {
      refused = std::move(made).error();
    } else {
      (i % 2 == 0 ? after : before) = *made;
    }
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Errc::kLimit);
  EXPECT_NE(refused->hint, "");
}

TEST(Place, ReadsWhatItWritesAndNothingElse) {
  const Digits digits{-3, 0, 1 << 20};
  EXPECT_EQ(*parse_digits(digits_json(digits)), digits);
  for (const char* text : {"[]", "{}", "[1.5]", "[\"1\"]", "3", "null"}) {
    EXPECT_FALSE(parse_digits(*parse_json(text))) << text;
  }
}

/// However often tasks are put between others, the list stays in order.
RC_GTEST_PROP(PlaceProperty, AListStaysInOrder, ()) {
  std::vector<Digits> list{{1}, {2}};
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, list.size());
    const auto after = at == 0 ? std::nullopt : std::optional(list[at - 1]);
    auto made = between(after, list[at]);
    RC_ASSERT(made.ok());
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), *std::move(made));
    RC_ASSERT(std::ranges::is_sorted(list));
    RC_ASSERT(std::ranges::adjacent_find(list) == list.end());
  }
}

}  // namespace
}  // namespace coditect::queue
