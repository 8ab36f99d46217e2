#include "agents/door/usage_meter.h"

#include <gtest/gtest.h>

#include "providers/factory.h"

namespace coditect::agents::door {
namespace {

using Kind = providers::ProviderKind;

struct Passing {
  Kind kind;
  const char* what;
  const char* bytes;
  std::int64_t input, output;
};

TEST(UsageMeterTest, ReadsWhatPassesBy) {
  const Passing answers[] = {
      {Kind::kAnthropic, "a stream",
       "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m\","
       "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
       "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
       "\"usage\":{\"output_tokens\":9}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
       7, 9},
      {Kind::kAnthropic, "one piece",
       "{\"type\":\"message\",\"model\":\"m\",\"role\":\"assistant\",\"content\":[],"
       "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":7,\"output_tokens\":9}}",
       7, 9},
      {Kind::kGemini, "one piece",
       "{\n \"candidates\": [{\"content\":{\"parts\":[{\"text\":\"a\"}]},"
       "\"finishReason\":\"STOP\"}],\n \"usageMetadata\":{\"promptTokenCount\":7,"
       "\"candidatesTokenCount\":9}\n}",
       7, 9},
      {Kind::kOpenAi, "one piece",
       "{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\","
       "\"output\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":9}}",
       7, 9},
      {Kind::kMoonshot, "one piece",
       "{\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,"
       "\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
       "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}}",
       7, 9},
  };
  for (const Passing& each : answers) {
    const auto dialect = providers::make_dialect(each.kind);
    const std::string bytes = each.bytes;
    for (const std::size_t step : {bytes.size(), std::size_t{5}}) {
      UsageMeter meter(*dialect, "m");
      for (std::size_t at = 0; at < bytes.size(); at += step) meter.take(bytes.substr(at, step));
      const Settlement settled = meter.finish();
      ASSERT_EQ(settled.billed.size(), 1u) << to_string(each.kind) << " " << each.what;
      EXPECT_EQ(settled.billed[0].usage.input, each.input) << to_string(each.kind);
      EXPECT_EQ(settled.billed[0].usage.output, each.output) << to_string(each.kind);
      EXPECT_EQ(settled.unheard, 0) << to_string(each.kind);
      EXPECT_EQ(settled.end.stop, "end_turn") << to_string(each.kind);
    }
  }
}

TEST(UsageMeterTest, WhatBreaksOffIsNotForgotten) {
  const auto dialect = providers::make_dialect(Kind::kAnthropic);
  UsageMeter meter(*dialect, "m");
  meter.take(
      "data: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":"
      "{\"input_tokens\":7,\"output_tokens\":1}}}\n\n");
  const Settlement settled = meter.finish();
  EXPECT_EQ(settled.unheard, 1);
  ASSERT_EQ(settled.billed.size(), 1u);
  EXPECT_EQ(settled.billed[0].usage.input, 7);
  UsageMeter nonsense(*dialect, "m");
  nonsense.take("<html>not an answer</html>");
  EXPECT_TRUE(nonsense.finish().billed.empty());
}

}  // namespace
}  // namespace coditect::agents::door
