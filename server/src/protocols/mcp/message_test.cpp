#include "protocols/mcp/message.h"

#include <gtest/gtest.h>

namespace coditect::mcp {
namespace {

TEST(Message, ReadsTheThreeKinds) {
  const Message call =
      parse_message(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}})");
  ASSERT_TRUE(std::holds_alternative<Request>(call));
  EXPECT_EQ(std::get<Request>(call).id, 7);
  EXPECT_EQ(std::get<Request>(call).params.at("name"), "x");
  const Message told = parse_message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  ASSERT_TRUE(std::holds_alternative<Notification>(told));
  const Message answered = parse_message(R"({"jsonrpc":"2.0","id":"s1","result":{"a":1}})");
  ASSERT_TRUE(std::holds_alternative<Response>(answered));
  const Message failed = parse_message(
      R"({"jsonrpc":"2.0","id":"s1","error":{"code":-1,"message":"no","data":{"a":1}}})");
  const auto& outcome = std::get<Response>(failed).outcome;
  ASSERT_TRUE(std::holds_alternative<Refusal>(outcome));
  EXPECT_EQ(std::get<Refusal>(outcome).message, "no");
  EXPECT_EQ(std::get<Refusal>(outcome).data.at("a"), 1);
}

TEST(Message, RefusesTheRestAndNamesTheRequestWhereItCan) {
  struct Case {
    const char* text;
    Code code;
    json::value id;
  };
  const Case cases[] = {
      {"{", Code::kParseError, nullptr},
      {"[]", Code::kInvalidRequest, nullptr},
      {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", Code::kInvalidRequest, nullptr},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", Code::kInvalidRequest, nullptr},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", Code::kInvalidRequest, nullptr},
      {R"({"id":1,"method":"ping"})", Code::kInvalidRequest, 1},
      {R"({"jsonrpc":"2.0","id":1})", Code::kInvalidRequest, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":2})", Code::kInvalidRequest, 1},
      {R"({"jsonrpc":"2.0","id":"a","method":"x","params":[]})", Code::kInvalidParams, "a"},
  };
  for (const Case& each : cases) {
    const Message message = parse_message(each.text);
    ASSERT_TRUE(std::holds_alternative<Unreadable>(message)) << each.text;
    EXPECT_EQ(std::get<Unreadable>(message).refusal.code, each.code) << each.text;
    EXPECT_EQ(std::get<Unreadable>(message).id, each.id) << each.text;
  }
}

TEST(Message, AnErrorWithoutARequestHasNoId) {
  EXPECT_FALSE(error_message(nullptr, Refusal{}).contains("id"));
  EXPECT_FALSE(error_message(1, Refusal{}).at("error").as_object().contains("data"));
}

}  // namespace
}  // namespace coditect::mcp
