#include "protocols/mcp/client/event_stream.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::mcp {
namespace {

constexpr std::string_view kStream =
    "\xEF\xBB\xBFid: 1\r\nretry: 500\r\ndata:\r\n\r\n: comment\ndata: {\"a\":\ndata: 1}\nid: 2\n\n"
    "event: message\rdata: last\r\rdata: cut off";

TEST(EventStream, GivesDataAndRemembersWhereToGoOn) {
  EventStream stream(1'000);
  std::vector<std::string> events;
  ASSERT_TRUE(stream.feed(kStream, events));
  EXPECT_EQ(events, (std::vector<std::string>{"{\"a\":\n1}", "last"}));
  EXPECT_EQ(stream.last_id(), "2");
  EXPECT_EQ(stream.retry(), std::chrono::milliseconds(500));
}

RC_GTEST_PROP(EventStream, DoesNotDependOnHowItIsCut, ()) {
  const std::string all(kStream);
  EventStream stream(1'000);
  std::vector<std::string> events;
  std::size_t at = 0;
  while (at < all.size()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 9);
    RC_ASSERT(stream.feed(std::string_view(all).substr(at, size), events).ok());
    at += size;
  }
  RC_ASSERT(events == (std::vector<std::string>{"{\"a\":\n1}", "last"}));
  RC_ASSERT(stream.last_id() == "2");
}

TEST(EventStream, RefusesAnEventThatIsTooLong) {
  EventStream stream(10);
  std::vector<std::string> events;
  const auto fed = stream.feed("data: 0123456789", events);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::kLimit);
}

TEST(EventStream, AnIdCountsOnceItsEventIsWhole) {
  EventStream stream(100);
  std::vector<std::string> events;
  ASSERT_TRUE(stream.feed("id: 7\ndata: x\n", events));
  EXPECT_EQ(stream.last_id(), "");
  ASSERT_TRUE(stream.feed("\n", events));
  EXPECT_EQ(stream.last_id(), "7");
}

}  // namespace
}  // namespace coditect::mcp
