#include "providers/wire/sse_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::providers {
namespace {

using Events = std::vector<SseEvent>;

Events parse(std::string_view bytes) {
  SseParser parser;
  Events events;
  EXPECT_TRUE(parser.feed(bytes, events).ok());
  return events;
}

struct Case {
  const char* name;
  std::string bytes;
  Events expected;
};

/// What comes out until the stream has ended, its cut-off end included.
Events parse_to_the_end(std::string_view bytes) {
  SseParser parser;
  Events events;
  EXPECT_TRUE(parser.feed(bytes, events).ok());
  parser.finish(events);
  return events;
}

TEST(SseParser, Streams) {
  const Case cases[] = {
      {"nothing", "", {}},
      {"one event", "event: ping\ndata: {}\n\n", {{"ping", "{}"}}},
      {"no space after the colon", "event:ping\ndata:{}\n\n", {{"ping", "{}"}}},
      {"only one space is taken", "data:  x\n\n", {{"", " x"}}},
      {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
      {"CR", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
      {"mixed line ends", "data: a\r\ndata: b\n\rdata: c\r\n\n", {{"", "a\nb"}, {"", "c"}}},
      {"several data lines", "data: a\ndata:\ndata: b\n\n", {{"", "a\n\nb"}}},
      {"a data line without a colon", "data\n\n", {{"", ""}}},
      {"comments", ": keep-alive\n\n:\ndata: a\n: between\n\n", {{"", "a"}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "data: a\n\n",
       {{"", "a"}}},
      {"a second mark is text",
       "\xEF\xBB\xBF\xEF\xBB\xBF"
       "data: a\n\n",
       {}},
      {"a mark later is text",
       "\n\xEF\xBB\xBF"
       "data: a\n\n",
       {}},
      {"an event without data", "event: ping\n\ndata: a\n\n", {{"", "a"}}},
      {"the last name wins", "event: a\nevent: b\ndata: x\n\n", {{"b", "x"}}},
      {"other fields", "id: 7\nretry: 10\nother: x\ndata: a\n\n", {{"", "a"}}},
      {"fields are whole words", "dat: x\ndatas: y\n data: z\n\n", {}},
      {"cut off by the end", "data: a\n\ndata: b\n", {{"", "a"}}},
      {"cut off in a line", "data: a\n\ndata: b", {{"", "a"}}},
      {"blank lines", "\n\n\r\n\rdata: a\n\n\n\n", {{"", "a"}}},
      {"a colon in the value", "data: {\"a\":1}\n\n", {{"", "{\"a\":1}"}}},
      {"spaces at the end stay", "data: a  \n\n", {{"", "a  "}}},
      {"zero bytes", std::string("data: a\0b\n\n", 11), {{"", std::string("a\0b", 3)}}},
  };
  for (const Case& test : cases) EXPECT_EQ(parse(test.bytes), test.expected) << test.name;
}

TEST(SseParser, Ends) {
  const Case cases[] = {
      {"nothing", "", {}},
      {"whole", "data: a\n\n", {{"", "a"}}},
      {"without its blank line", "data: a\n\ndata: b\n", {{"", "a"}, {"", "b"}}},
      {"without its line end", "data: a\n\nevent: n\ndata: b", {{"", "a"}, {"n", "b"}}},
      {"a name alone", "event: ping\n", {}},
      {"after a carriage return", "data: a\r", {{"", "a"}}},
  };
  for (const Case& test : cases)
    EXPECT_EQ(parse_to_the_end(test.bytes), test.expected) << test.name;
}

TEST(SseParser, JsonWithoutFieldNames) {
  const Case cases[] = {
      {"a whole body", "{\"a\": 1}", {{"", "{\"a\": 1}"}}},
      {"over several lines", "{\n \"a\":\n\n 1}\n", {{"", "{\n \"a\":\n\n 1}"}}},
      {"an array", "[{}]\n", {{"", "[{}]"}}},
      {"after a byte order mark", "\xEF\xBB\xBF{}", {{"", "{}"}}},
      {"after events", "data: a\n\n{\"error\":\n{}}\n", {{"", "a"}, {"", "{\"error\":\n{}}"}}},
      {"before an event", "{}\ndata: a\n\n", {{"", "{}"}, {"", "a"}}},
      {"inside an event it is a field", "data: a\n{}\n\n", {{"", "a"}}},
  };
  for (const Case& test : cases)
    EXPECT_EQ(parse_to_the_end(test.bytes), test.expected) << test.name;
}

TEST(SseParser, AnEventOverTheLimitBreaksTheStream) {
  struct Limited {
    const char* name;
    std::string bytes;
  };
  const Limited cases[] = {
      {"one line", "data: " + std::string(100, 'x') + "\n\n"},
      {"a line that does not end", std::string(101, 'x')},
      {"many lines", "data: 0123456789\ndata: 0123456789\ndata: " + std::string(80, 'x') + "\n\n"},
      {"a name", "event: " + std::string(60, 'x') + "\ndata: " + std::string(60, 'x') + "\n\n"},
  };
  for (const Limited& test : cases) {
    SseParser parser(100);
    Events events;
    const auto fed = parser.feed(test.bytes, events);
    ASSERT_FALSE(fed.ok()) << test.name;
    EXPECT_EQ(fed.error().code, Errc::kLimit) << test.name;
    EXPECT_TRUE(events.empty()) << test.name;
    EXPECT_FALSE(parser.feed("\n\ndata: a\n\n", events).ok()) << test.name;
    EXPECT_TRUE(events.empty()) << test.name;
  }
}

TEST(SseParser, EventsBeforeTheOneOverTheLimitComeOut) {
  SseParser parser(10);
  Events events;
  EXPECT_FALSE(parser.feed("data: a\n\ndata: 0123456789\n\n", events).ok());
  EXPECT_EQ(events, (Events{{"", "a"}}));
}

TEST(SseParser, TheLimitIsPerEventNotPerStream) {
  SseParser parser(20);
  Events events;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(parser.feed("data: 0123456789\n\n", events).ok());
  EXPECT_EQ(events.size(), 100u);
}

/// Text made of the pieces that matter to the parser.
rc::Gen<std::string> any_stream() {
  const auto piece = rc::gen::element<std::string>("data:", "data: ", "event: ", ":", "\n", "\r",
                                                   "\r\n", "\n\n", "x", "{\"a\": 1}", " ", "id: 1",
                                                   "\xEF\xBB\xBF", "\xEF", "data", "\n{");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string all;
                        for (const std::string& each : pieces) all += each;
                        return all;
                      });
}

RC_GTEST_PROP(SseParser, HowTheBytesAreCutMakesNoDifference, ()) {
  const std::string bytes = *any_stream();
  const Events whole = parse(bytes);
  SseParser parser;
  Events events;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    RC_ASSERT(parser.feed(rest.substr(0, size), events).ok());
    rest.remove_prefix(size);
  }
  RC_ASSERT(events == whole);
  parser.finish(events);
  RC_ASSERT(events == parse_to_the_end(bytes));
}

}  // namespace
}  // namespace coditect::providers
