#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/json.h"
#include "base/random.h"
#include "base/sha256.h"

namespace coditect {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return invalid("odd", "give an even number");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY(int once, half(number));
  TRY(int twice, half(once));
  return twice;
}

TEST(Result, TryPassesTheErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  const auto bad = quarter(6);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "odd");
  EXPECT_EQ(bad.error().hint, "give an even number");
}

TEST(Clock, KnownTimes) {
  EXPECT_EQ(to_rfc3339(Time{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(Time{std::chrono::microseconds{1'800'000'000'123'456}}),
            "2027-01-15T08:00:00.123456Z");
}

RC_GTEST_PROP(Clock, ReadsWhatItWrites, ()) {
  const auto micros = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000);
  const Time time{std::chrono::microseconds{micros}};
  const auto again = parse_rfc3339(to_rfc3339(time));
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == time);
}

TEST(Clock, RefusesWhatIsNoTime) {
  const char* cases[] = {"",
                         "2026-11-20",
                         "2026-13-20T12:00:00Z",
                         "2026-11-31T12:00:00Z",
                         "2026-11-20T24:00:00Z",
                         "2026-11-20T12:00:00",
                         "2026-11-20T12:00:00.Z",
                         "2026-11-20T12:00:00+01:00",
                         "2026-11-20 12:00:00Z",
                         "x026-11-20T12:00:00Z"};
  for (const char* text : cases) EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Json, RefusesDepthAndTrailingBytes) {
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_FALSE(parse_json("{\"a\":"));
  EXPECT_TRUE(parse_json("{\"a\":[1,2,{}]}"));
  EXPECT_FALSE(parse_json_object("[]"));
}

TEST(Json, WholeNumbersOnly) {
  const json::object object =
      json::parse(R"({"a":3,"b":3.0,"c":3.5,"d":"3","e":1e300})").as_object();
  EXPECT_EQ(find_int(object, "a"), 3);
  EXPECT_EQ(find_int(object, "b"), 3);
  EXPECT_EQ(find_int(object, "c"), std::nullopt);
  EXPECT_EQ(find_int(object, "d"), std::nullopt);
  EXPECT_EQ(find_int(object, "e"), std::nullopt);
}

TEST(Sha256, KnownDigest) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Event, ReadsWhatItWrites) {
  Event event;
  event.seq = 7;
  event.ts = Time{std::chrono::microseconds{1'800'000'000'123'456}};
  event.type = "file_edit";
  event.actor = "agent:claude";
  event.task = "t_1";
  event.data["path"] = "a/\xc3\xa4.txt";
  event.prev = kZeroHash;
  const std::string line = to_line(event);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto again = parse_event(line);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_line(*again), line);
}

TEST(Event, RefusesALineWithoutItsFields) {
  const char* cases[] = {
      "",
      "{}",
      "[]",
      R"({"seq":0})",
      R"({"seq":1,"ts":"x"})",
      R"({"seq":1,"ts":"2026-11-20T12:00:00Z","type":"a","actor":"b","prev":""})"};
  for (const char* line : cases) EXPECT_FALSE(parse_event(line)) << line;
}

TEST(Random, IdsAreSafeInPathsAndDiffer) {
  SystemRandom random;
  const std::string id = random.id("ws_");
  EXPECT_EQ(id.size(), 23u);
  EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
  EXPECT_NE(id, random.id("ws_"));
  EXPECT_EQ(new_secret().size(), 64u);
}

}  // namespace
}  // namespace coditect
