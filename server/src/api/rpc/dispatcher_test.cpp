#include "api/rpc/dispatcher.h"

#include <set>

#include "api/test_api.h"
#include "base/limits.h"

namespace coditect::api {
namespace {

class DispatcherTest : public ApiTest {
 public:
  std::optional<json::object> call(const WorkspaceId& id, std::string method,
                                   json::object params = {},
                                   std::optional<json::value> call_id = json::value(1)) {
    RpcCall made{std::move(call_id), std::move(method), std::move(params)};
    return node_->run(dispatcher_->call(id, std::move(made), owner_caller("user:ann")));
  }
  static std::int64_t code_of(const json::object& response) {
    return response.at("error").at("code").as_int64();
  }
  static std::string kind_of(const json::object& response) {
    return std::string(response.at("error").at("data").at("kind").as_string());
  }
};

TEST_F(DispatcherTest, AnswersWithTheIdItWasGiven) {
  const WorkspaceId id = provision();
  const json::value ids[] = {1, -7, 0, 1.5, "", "a", nullptr, 9007199254740993};
  for (const json::value& each : ids) {
    for (const char* method : {"agents.list", "no.such", "files.read"}) {
      const auto response = call(id, method, {}, each);
      ASSERT_TRUE(response);
      EXPECT_EQ(response->at("id"), each) << method;
      EXPECT_EQ(response->at("jsonrpc"), "2.0");
      EXPECT_NE(response->contains("result"), response->contains("error"));
    }
  }
}

TEST_F(DispatcherTest, ANotificationIsCarriedOutAndNotAnswered) {
  const WorkspaceId id = provision();
  EXPECT_FALSE(call(id, "files.create", {{"path", "a.txt"}, {"text", "hello"}}, std::nullopt));
  const auto read = call(id, "files.read", {{"path", "a.txt"}});
  EXPECT_EQ(read->at("result").at("text"), "hello");
  EXPECT_FALSE(call(id, "no.such", {}, std::nullopt));
  EXPECT_FALSE(call(id, "files.read", {{"path", "none"}}, std::nullopt));
}

TEST_F(DispatcherTest, RefusesWhatItDoesNotKnow) {
  const WorkspaceId id = provision();
  const struct {
    const char* method;
    json::object params;
    int code;
    const char* kind;
  } cases[] = {{"no.such", {}, -32601, "not_found"},
               {"", {}, -32601, "not_found"},
               {"agents", {}, -32601, "not_found"},
               {"agents.List", {}, -32601, "not_found"},
               {"agents.list", {{"x", 1}}, -32602, "invalid"},
               {"files.read", {}, -32602, "invalid"},
               {"files.read", {{"path", 1}}, -32602, "invalid"},
               {"files.read", {{"path", "a"}, {"Path", "a"}}, -32602, "invalid"},
               {"files.read", {{"path", "../a"}}, -32602, "invalid"},
               {"files.read", {{"path", "none"}}, -32000, "not_found"},
               {"timeline.range", {{"limit", 0}}, -32602, "invalid"},
               {"timeline.range", {{"limit", limits::kPageMax + 1}}, -32602, "invalid"},
               {"timeline.range", {{"from", -1}}, -32602, "invalid"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + json::serialize(c.params));
    const auto response = call(id, c.method, c.params);
    ASSERT_TRUE(response && response->contains("error"));
    EXPECT_EQ(code_of(*response), c.code);
    EXPECT_EQ(kind_of(*response), c.kind);
    EXPECT_FALSE(response->at("error").at("message").as_string().empty());
  }
}

/// A value of the type that a parameter has, and one of another type.
json::value of_type(std::string_view type) {
  if (type == "string") return "x";
  if (type == "integer") return 1;
  if (type == "number") return 0.5;
  if (type == "boolean") return true;
  if (type == "array") return json::array{};
  return json::object{};
}

TEST_F(DispatcherTest, EveryMethodOfTheDocumentIsHandledAndChecksItsParameters) {
  const WorkspaceId id = provision();
  for (const json::value& row : methods_.openrpc().at("methods").as_array()) {
    const std::string name(row.at("name").as_string());
    SCOPED_TRACE(name);
    json::object params;
    std::set<std::string> required;
    for (const json::value& param : row.at("params").as_array()) {
      const json::value* type = param.at("schema").as_object().if_contains("type");
      const std::string param_name(param.at("name").as_string());
      if (param.at("required").as_bool()) required.insert(param_name);
      params[param_name] = of_type(type == nullptr ? "object" : type->as_string());
      if (type == nullptr) continue;
      // Each parameter of a wrong type is refused by name.
      const auto refused =
          call(id, name,
               {{param_name,
                 type->as_string() == "array" ? json::value("x") : json::value(json::array{})}});
      EXPECT_EQ(code_of(*refused), -32602) << param_name;
    }
    if (!required.empty()) {
      const auto refused = call(id, name);
      EXPECT_EQ(code_of(*refused), -32602);
    }
    json::object misspelt = params;
    misspelt["no_such_parameter"] = 1;
    EXPECT_EQ(code_of(*call(id, name, misspelt)), -32602);
    // What has the right shape reaches the handler, which answers in one way or another.
    const auto response = call(id, name, params);
    ASSERT_TRUE(response);
    if (response->contains("error")) EXPECT_NE(code_of(*response), -32601);
    if (response->contains("error")) EXPECT_NE(code_of(*response), -32603);
  }
}

TEST_F(DispatcherTest, WakesTheWorkspaceThatItNeeds) {
  const WorkspaceId id = provision();
  ASSERT_TRUE(node_->run(registry().sleep(id)));
  EXPECT_TRUE(call(id, "agents.list")->contains("result"));
  EXPECT_EQ(node_->run(registry().find(id))->state, workspace::Meta::State::kReady);
  ASSERT_TRUE(node_->run(registry().remove(id, "user:ann")));
  EXPECT_EQ(kind_of(*call(id, "agents.list")), "not_found");
  EXPECT_EQ(kind_of(*call(WorkspaceId("ws_none"), "agents.list")), "not_found");
}

TEST_F(DispatcherTest, CallsAndSleepDoNotLoseEachOther) {
  const WorkspaceId id = provision();
  for (int round = 0; round < 10; ++round) {
    std::vector<std::future<std::optional<json::object>>> calls;
    for (int i = 0; i < 4; ++i) {
      RpcCall made{json::value(i), "agents.list", {}};
      calls.push_back(
          node_->begin(dispatcher_->call(id, std::move(made), owner_caller("user:ann"))));
    }
    auto asleep = node_->begin(registry().sleep(id));
    for (auto& each : calls) EXPECT_TRUE(each.get()->contains("result"));
    EXPECT_TRUE(asleep.get());
  }
}

}  // namespace
}  // namespace coditect::api
