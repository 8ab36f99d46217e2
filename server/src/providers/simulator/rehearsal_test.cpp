#include "providers/simulator/rehearsal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::simulator {
namespace {

TEST(FindRehearsal, FindsTheLastBlock) {
  struct Case {
    const char* name;
    const char* text;
    std::optional<std::string> block;
  };
  const Case cases[] = {
      {"none", "just a prompt", std::nullopt},
      {"another tag", "```json\n{}\n```", std::nullopt},
      {"a longer tag", "```rehearsals\n{}\n```", std::nullopt},
      {"in a sentence", "write ```rehearsal here", std::nullopt},
      {"plain", "```rehearsal\na\nb\n```", "a\nb\n"},
      {"wrapped", "Task 7:\n\n```rehearsal\na\n```\nBe careful.", "a\n"},
      {"CRLF", "x\r\n```rehearsal\r\na\r\n```\r\n", "a\r\n"},
      {"indented", "  ```rehearsal\n  a\n  ```\n", "  a\n"},
      {"space before the tag", "``` rehearsal \na\n```", "a\n"},
      {"longer fence", "````rehearsal\n```\na\n````", "```\na\n"},
      {"not closed", "```rehearsal\na", "a\n"},
      {"empty", "```rehearsal\n```", ""},
      {"two", "```rehearsal\na\n```\n```rehearsal\nb\n```", "b\n"},
      {"after another block", "```\nx\n```\n```rehearsal\na\n```", "a\n"},
  };
  for (const Case& test : cases) EXPECT_EQ(find_rehearsal(test.text), test.block) << test.name;
}

TEST(ParseRehearsal, ReadsEveryKindOfStep) {
  const auto steps = parse_rehearsal(
      "{\"say\":\"hello\"}\n"
      "\n"
      "{\"tool\":\"edit_file\",\"input\":{\"path\":\"a\"}}\n"
      "{\"tools\":[{\"tool\":\"x\"},{\"tool\":\"y\",\"input\":{}}]}\n"
      "{\"pause_ms\":50}\n"
      "{\"fail\":{\"status\":529,\"times\":2,\"retry_after\":0.25,\"provider\":\"gemini\"}}\n"
      "{\"fail\":{}}\n"
      "{\"drop\":\"mid-stream\"}\r\n"
      "{\"stream_error\":{\"status\":500,\"times\":3,\"message\":\"m\"}}\n"
      "{\"hop\":\"continue\"}\n"
      "{\"hop\":\"drop\"}\n"
      "  {\"usage\":{\"input\":1200,\"cache_read\":1000,\"output\":80}}  ");
  ASSERT_TRUE(steps.ok()) << steps.error().message;
  ASSERT_EQ(steps->size(), 11u);
  EXPECT_EQ(std::get<Say>((*steps)[0]).text, "hello");
  EXPECT_EQ(std::get<UseTools>((*steps)[1]).calls[0].input.at("path"), "a");
  EXPECT_EQ(std::get<UseTools>((*steps)[2]).calls[1].name, "y");
  EXPECT_EQ(std::get<Pause>((*steps)[3]).length.count(), 50);
  const Fail& fail = std::get<Fail>((*steps)[4]);
  EXPECT_EQ(fail.status, 529);
  EXPECT_EQ(fail.times, 2);
  EXPECT_EQ(fail.retry_after->count(), 250);
  EXPECT_EQ(fail.only, Vendor::kGemini);
  EXPECT_EQ(std::get<Fail>((*steps)[5]).times, 1);
  EXPECT_TRUE(std::holds_alternative<Drop>((*steps)[6]));
  EXPECT_EQ(std::get<StreamError>((*steps)[7]).fail.status, 500);
  EXPECT_EQ(std::get<StreamError>((*steps)[7]).fail.times, 3);
  EXPECT_EQ(std::get<Hop>((*steps)[8]).end, Hop::End::kContinue);
  EXPECT_EQ(std::get<Hop>((*steps)[9]).end, Hop::End::kDrop);
  EXPECT_EQ(std::get<Usage>((*steps)[10]), (Usage{1200, 1000, 0, 80, 0}));
}

TEST(ParseRehearsal, NamesTheBadLine) {
  const char* const lines[] = {
      "hello",
      "{",
      "[]",
      "\"say\"",
      "{}",
      R"({"say":1})",
      R"({"say":"a","tool":"b"})",
      R"({"sing":"a"})",
      R"({"tool":""})",
      R"({"tool":"a","input":[]})",
      R"({"tool":"a","arguments":{}})",
      R"({"tools":[]})",
      R"({"tools":["a"]})",
      R"({"tools":[{"input":{}}]})",
      R"({"pause_ms":-1})",
      R"({"pause_ms":"50"})",
      R"({"pause_ms":60001})",
      R"({"fail":529})",
      R"({"fail":{"status":200}})",
      R"({"fail":{"status":600}})",
      R"({"fail":{"times":0}})",
      R"({"fail":{"retry_after":-1}})",
      R"({"fail":{"retry_after":"soon"}})",
      R"({"fail":{"provider":"acme"}})",
      R"({"fail":{"code":1}})",
      R"({"drop":"at once"})",
      R"({"drop":true})",
      R"({"stream_error":529})",
      R"({"stream_error":{"status":200}})",
      R"({"stream_error":{"retry_after":1}})",
      R"({"hop":"jump"})",
      R"({"hop":{}})",
      R"({"hop":"drop","times":2})",
      R"({"usage":{"input":-1}})",
      R"({"usage":{"input":1,"cache_read":2}})",
      R"({"usage":{"output":1,"reasoning":2}})",
      R"({"usage":{"tokens":1}})",
      R"({"say":"a"} {"say":"b"})",
  };
  for (const char* line : lines) {
    const auto steps = parse_rehearsal("{\"say\":\"fine\"}\n" + std::string(line) + "\n");
    ASSERT_FALSE(steps.ok()) << line;
    EXPECT_EQ(steps.error().code, Errc::kInvalid);
    EXPECT_TRUE(steps.error().message.starts_with("rehearsal line 2 (" + std::string(line)))
        << steps.error().message;
  }
}

TEST(ParseRehearsal, HasALimit) {
  std::string block;
  for (int i = 0; i < 1001; ++i) block += "{\"say\":\"a\"}\n";
  EXPECT_FALSE(parse_rehearsal(block).ok());
}

RC_GTEST_PROP(RehearsalProperty, WhateverIsSaidComesBack, (const std::string& said)) {
  // JSON text is UTF-8; other bytes are not what this property is about.
  std::string ascii;
  for (const char c : said) ascii += static_cast<char>(c & 0x7f);
  const std::string line = json::serialize(json::object{{"say", ascii}});
  const auto block = find_rehearsal("before\n```rehearsal\n" + line + "\n```\nafter");
  RC_ASSERT(block.has_value());
  const auto steps = parse_rehearsal(*block);
  RC_ASSERT(steps.ok());
  RC_ASSERT(std::get<Say>(steps->front()).text == ascii);
}

}  // namespace
}  // namespace coditect::simulator
