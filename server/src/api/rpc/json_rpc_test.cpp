#include "api/rpc/json_rpc.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace coditect::api {
namespace {

std::int64_t code_of(const json::object& response) {
  return response.at("error").at("code").as_int64();
}

TEST(JsonRpc, RefusesWhatIsNoMessage) {
  const struct {
    const char* text;
    int code;
  } cases[] = {{"", -32700}, {"{", -32700}, {"{} {}", -32700}, {"\xff", -32700}, {"[]", -32600}};
  for (const auto& c : cases) {
    const auto parsed = parse_rpc(c.text);
    ASSERT_TRUE(std::holds_alternative<json::object>(parsed)) << c.text;
    const auto& response = std::get<json::object>(parsed);
    EXPECT_EQ(code_of(response), c.code) << c.text;
    EXPECT_TRUE(response.at("id").is_null());
    EXPECT_FALSE(response.at("error").at("data").at("hint").as_string().empty());
  }
}

TEST(JsonRpc, RefusesACallAndKeepsItsId) {
  const struct {
    const char* text;
    int code;
    const char* id;
  } cases[] = {{"1", -32600, "null"},
               {"\"x\"", -32600, "null"},
               {"{}", -32600, "null"},
               {R"({"id":7,"method":"a"})", -32600, "7"},
               {R"({"jsonrpc":"1.0","id":7,"method":"a"})", -32600, "7"},
               {R"({"jsonrpc":"2.0","id":"q"})", -32600, "\"q\""},
               {R"({"jsonrpc":"2.0","id":{},"method":"a"})", -32600, "null"},
               {R"({"jsonrpc":"2.0","id":7,"method":5})", -32600, "7"},
               {R"({"jsonrpc":"2.0","id":7,"method":"a","params":[1]})", -32602, "7"}};
  for (const auto& c : cases) {
    const auto parsed = parse_rpc(c.text);
    ASSERT_TRUE(std::holds_alternative<RpcMessage>(parsed)) << c.text;
    const auto& call = std::get<RpcMessage>(parsed).calls.at(0);
    ASSERT_TRUE(std::holds_alternative<RpcMessage::Refused>(call)) << c.text;
    const auto& response = std::get<RpcMessage::Refused>(call).response;
    EXPECT_EQ(code_of(response), c.code) << c.text;
    EXPECT_EQ(json::serialize(response.at("id")), c.id) << c.text;
  }
}

TEST(JsonRpc, ReadsABatchInOrder) {
  const auto parsed = parse_rpc(
      R"([{"jsonrpc":"2.0","id":1,"method":"a"},3,{"jsonrpc":"2.0","method":"b","params":{"x":1}}])");
  const auto& message = std::get<RpcMessage>(parsed);
  EXPECT_TRUE(message.batch);
  ASSERT_EQ(message.calls.size(), 3u);
  EXPECT_EQ(std::get<RpcCall>(message.calls[0]).method, "a");
  EXPECT_TRUE(std::holds_alternative<RpcMessage::Refused>(message.calls[1]));
  EXPECT_FALSE(std::get<RpcCall>(message.calls[2]).id);
  EXPECT_EQ(std::get<RpcCall>(message.calls[2]).params.at("x").as_int64(), 1);
}

TEST(JsonRpc, ABatchHasALimit) {
  std::string text = "[1";
  for (std::size_t i = 0; i < limits::kRpcBatchMax; ++i) text += ",1";
  EXPECT_TRUE(std::holds_alternative<json::object>(parse_rpc(text + "]")));
}

}  // namespace
}  // namespace coditect::api
