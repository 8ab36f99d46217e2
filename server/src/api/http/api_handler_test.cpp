#include "api/http/api_handler.h"

#include "api/http/openapi.h"
#include "api/test_api.h"
#include "base/limits.h"
#include "storage/unpack/unpack_test_support.h"

namespace coditect::api {
namespace {

using ApiHandlerTest = ApiTest;

std::string filled(std::string path, const WorkspaceId& id) {
  const auto at = path.find("{id}");
  if (at != std::string::npos) path.replace(at, 4, id.str());
  return path;
}

void expect_problem(const net::Response& response, int status) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "application/problem+json");
  const json::object problem = ApiTest::object_of(response);
  EXPECT_EQ(problem.at("status"), status);
  for (const char* member : {"type", "title", "detail", "hint"}) {
    EXPECT_TRUE(problem.contains(member)) << member;
  }
}

constexpr const char* kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
        "capabilities":{},"clientInfo":{"name":"test","version":"1"}}})";

/// An invitation that is open.
People::Made invite(ApiTest& test) {
  return *test.people_->invite({Role::kViewer, {}, std::chrono::seconds(60), 1, "user:ann"});
}

/// What an operation is asked with.
net::Request asked(ApiTest& test, const std::string& id, std::string method, std::string target) {
  std::string body;
  if (id == "invite") body = R"({"role":"viewer"})";
  if (id == "join" || id == "lookAtInvitation") {
    body = json::serialize(json::object{{"secret", invite(test).secret}, {"name", "bea"}});
  }
  if (id == "revokeInvitation") target = "/invitations/" + invite(test).invitation.id;
  if (id == "giveRole") body = R"({"role":"editor"})";
  if (id == "removePerson" || id == "giveRole") {
    target = "/people/" + test.people_->join(invite(test).secret, id)->id;
  }
  if (id == "provision") body = R"({"name":"made"})";
  if (id == "importWorkspace") {
    target += "?name=made";
    body = unpack::packed("tar", {{"a.txt", "a"}});
  }
  if (id == "setProviderKey") body = R"({"key":"sk-0123456789"})";
  if (id == "rpc") body = R"({"jsonrpc":"2.0","id":1,"method":"agents.list"})";
  if (id == "mcp" || id == "workspaceMcp" || id.ends_with("McpEnd") || id == "mcpEnd") {
    body = kInitialize;
  }
  net::Request request = ApiTest::request(std::move(method), target, std::move(body));
  request.headers.emplace_back("Content-Type", "application/json");
  request.content_length = request.body.size();
  if (request.method != "DELETE" || request.body.empty()) return request;
  net::Request opening = request;
  opening.method = "POST";
  const net::Response opened = test.ask(std::move(opening));
  request.headers.emplace_back("Mcp-Session-Id",
                               *net::find_header(opened.headers, "Mcp-Session-Id"));
  return request;
}

/// The status that the document promises, but for what a test without a network cannot have.
std::string promised(const std::string& id, const json::object& described) {
  if (id == "socket") return "426";          // without an upgrade
  if (id.ends_with("Listen")) return "400";  // without a session
  if (id == "signedIn") return "400";        // without a sign-in
  return described.at("responses").as_object().begin()->key();
}

TEST_F(ApiHandlerTest, AnswersEveryOperationOfTheDocumentAsItSays) {
  const json::value document = openapi_document();
  for (const auto& path : openapi_document().at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      const json::object& described = operation.value().as_object();
      const std::string id(described.at("operationId").as_string());
      SCOPED_TRACE(id);
      const WorkspaceId workspace = provision();
      if (id == "undelete") ASSERT_TRUE(node_->run(registry().remove(workspace, "user:ann")));
      std::string method(operation.key());
      std::ranges::transform(method, method.begin(), [](char c) { return c & ~0x20; });
      const net::Response response = ask(asked(*this, id, method, filled(path.key(), workspace)));
      EXPECT_EQ(std::to_string(response.status), promised(id, described)) << response.body;
      EXPECT_EQ(net::find_header(response.headers, "X-Content-Type-Options"), "nosniff");
      const json::value& answer = described.at("responses").as_object().begin()->value();
      const json::object* content = find_object(answer.as_object(), "content");
      if (content == nullptr) continue;
      const std::string reference(
          answer.at_pointer("/content/application~1json/schema/$ref").as_string());
      const json::value& schema = document.at_pointer(reference.substr(1));
      const json::object answered = object_of(response);
      for (const json::value& name : schema.at("required").as_array()) {
        EXPECT_TRUE(answered.contains(name.as_string())) << name;
      }
    }
  }
}

TEST_F(ApiHandlerTest, NoPathTakesAMethodThatTheDocumentDoesNotHave) {
  const WorkspaceId workspace = provision();
  for (const auto& path : openapi_document().at("paths").as_object()) {
    const json::object& documented = path.value().as_object();
    for (const auto& [method, name] :
         {std::pair("GET", "get"), std::pair("POST", "post"), std::pair("PUT", "put"),
          std::pair("PATCH", "patch"), std::pair("DELETE", "delete"),
          std::pair("OPTIONS", "options")}) {
      if (documented.contains(name)) continue;
      const net::Response response = ask(method, filled(path.key(), workspace));
      expect_problem(response, 405);
      std::string allowed;
      for (const auto& each : documented) {
        std::string upper(each.key());
        std::ranges::transform(upper, upper.begin(), [](char c) { return c & ~0x20; });
        allowed += (allowed.empty() ? "" : ", ") + upper;
      }
      EXPECT_EQ(net::find_header(response.headers, "Allow"), allowed) << path.key();
    }
  }
  EXPECT_TRUE(node_->run(registry().find(workspace))) << "nothing of it had an effect";
}

TEST_F(ApiHandlerTest, RefusesPathsThatAreNotThere) {
  for (const char* path : {"/nothing", "/workspaces/", "/workspaces/ws_none", "/workspaces/x/y",
                           "/health/other", "/assets/none.js", "/mcp/none"}) {
    expect_problem(ask("GET", path), 404);
  }
  for (const char* action : {"wake", "sleep", "renew", "undelete", "rpc"}) {
    expect_problem(ask("POST", std::string("/workspaces/ws_none/") + action), 404);
  }
  expect_problem(ask("DELETE", "/workspaces/ws_none"), 404);
}

TEST_F(ApiHandlerTest, WhoMayIsAskedBeforeFromWhere) {
  const std::string bearer = "Bearer " + token();
  const std::string cookie = authenticator_.login_cookie();
  const struct {
    const char* name;
    const char* path;
    net::Headers headers;
    int status;  // 0: passes
  } cases[] = {
      {"a token", "/workspaces", {{"Host", "localhost:1"}, {"Authorization", bearer}}, 0},
      {"a cookie", "/workspaces", {{"Host", "localhost:1"}, {"Cookie", cookie}}, 0},
      {"nothing", "/workspaces", {{"Host", "localhost:1"}}, 401},
      {"nothing, on a path that is not there", "/nothing", {{"Host", "localhost:1"}}, 401},
      {"a wrong token",
       "/workspaces",
       {{"Host", "localhost:1"}, {"Authorization", "Bearer x"}, {"Cookie", cookie}},
       401},
      {"no token and another host", "/workspaces", {{"Host", "evil.example"}}, 401},
      {"another host", "/workspaces", {{"Host", "evil.example"}, {"Authorization", bearer}}, 403},
      {"another origin",
       "/workspaces",
       {{"Host", "localhost:1"}, {"Authorization", bearer}, {"Origin", "http://evil.example"}},
       403},
      {"no host", "/workspaces", {{"Authorization", bearer}}, 403},
      {"liveness", "/health/live", {{"Host", "localhost:1"}}, 0},
      {"health", "/health", {{"Host", "localhost:1"}}, 401},
      {"the studio", "/", {{"Host", "localhost:1"}}, 0},
      {"an asset", "/assets/main.js", {{"Host", "localhost:1"}}, 0},
      {"the studio for another host", "/", {{"Host", "evil.example"}}, 403},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    net::Request asked = request("GET", c.path);
    asked.headers = c.headers;
    const auto refused = handler_->authorize_head(asked);
    ASSERT_EQ(refused.has_value(), c.status != 0);
    if (refused) expect_problem(*refused, c.status);
    if (c.status == 401) {
      EXPECT_EQ(net::find_header(refused->headers, "WWW-Authenticate"), "Bearer");
    }
  }
  net::Request in_query = request("GET", "/workspaces");
  in_query.headers = {{"Host", "localhost:1"}};
  in_query.query = {{"token", token()}};
  EXPECT_EQ(handler_->authorize_head(in_query)->status, 401) << "a token in a URL is never taken";
  net::Request posted = request("POST", "/health/live");
  posted.headers = {{"Host", "localhost:1"}};
  EXPECT_EQ(handler_->authorize_head(posted)->status, 401) << "only reading is open";
}

TEST_F(ApiHandlerTest, ALoginNeedsTheTokenItself) {
  const net::Response in = ask("POST", "/login");
  EXPECT_EQ(in.status, 204);
  const std::string cookie(*net::find_header(in.headers, "Set-Cookie"));
  net::Request again = request("POST", "/login");
  again.headers = {{"Host", "localhost:1"}, {"Cookie", cookie.substr(0, cookie.find(';'))}};
  expect_problem(ask(again), 401);
  again.path = "/workspaces";
  again.method = "GET";
  EXPECT_EQ(ask(again).status, 200);
  const net::Response out = ask("POST", "/logout");
  EXPECT_NE(net::find_header(out.headers, "Set-Cookie")->find("Max-Age=0"), std::string::npos);
}

TEST_F(ApiHandlerTest, RefusesProvisioningThatMakesNoSense) {
  const char* cases[] = {"",
                         "[]",
                         "{}",
                         R"({"name":1})",
                         R"({"name":""})",
                         R"({"name":"a","source":"git"})",
                         R"({"name":"a","source":{"kind":"svn"}})",
                         R"({"name":"a","sauce":{"kind":"empty"}})",
                         R"({"name":"a"} x)"};
  for (const char* body : cases) {
    SCOPED_TRACE(body);
    expect_problem(ask("POST", "/workspaces/provision", body), 400);
  }
  EXPECT_EQ(object_of(ask("GET", "/workspaces")).at("workspaces").as_array().size(), 0u);
  const net::Response made = ask("POST", "/workspaces/provision", R"({"name":"a"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const json::object workspace = object_of(made);
  const std::string id(workspace.at("id").as_string());
  EXPECT_EQ(net::find_header(made.headers, "Location"), "/workspaces/" + id);
  EXPECT_TRUE(workspace.at("session").is_object());
}

TEST_F(ApiHandlerTest, ListsWorkspacesInPages) {
  for (int i = 0; i < 3; ++i) provision();
  net::Request page = request("GET", "/workspaces");
  page.query = {{"limit", "2"}};
  json::object first = object_of(ask(page));
  EXPECT_EQ(first.at("workspaces").as_array().size(), 2u);
  page.query.emplace_back("cursor", std::string(first.at("next_cursor").as_string()));
  const json::object second = object_of(ask(page));
  EXPECT_EQ(second.at("workspaces").as_array().size(), 1u);
  EXPECT_FALSE(second.contains("next_cursor"));
  for (const char* limit : {"0", "-1", "1001", "2x", "", " 2", "99999999999999999999"}) {
    page.query = {{"limit", limit}};
    expect_problem(ask(page), 400);
  }
}

TEST_F(ApiHandlerTest, AnswersCallsBatchesAndNotifications) {
  const WorkspaceId id = provision();
  const std::string call = R"({"jsonrpc":"2.0","id":7,"method":"agents.list"})";
  const std::string note = R"({"jsonrpc":"2.0","method":"agents.list"})";
  EXPECT_EQ(rpc(id, call).at("id"), 7);
  const net::Response silent = ask("POST", "/workspaces/" + id.str() + "/rpc", note);
  EXPECT_EQ(silent.status, 204);
  EXPECT_EQ(silent.body, "");
  EXPECT_EQ(ask("POST", "/workspaces/" + id.str() + "/rpc", "[" + note + "]").status, 204);
  const json::value batch = rpc(id, "[" + call + ",1," + note + "]");
  ASSERT_EQ(batch.as_array().size(), 2u);
  EXPECT_TRUE(batch.at(0).as_object().contains("result"));
  EXPECT_EQ(batch.at(1).at("error").at("code"), -32600);
  EXPECT_EQ(rpc(id, "[" + call + "]").as_array().size(), 1u) << "a batch of one is a batch";
  for (const char* text : {"", "{", "[]", "nothing"}) {
    EXPECT_EQ(ask("POST", "/workspaces/" + id.str() + "/rpc", text).status, 400) << text;
  }
}

TEST_F(ApiHandlerTest, UpgradesOnlyTheSocketOfAWorkspaceThatIsThere) {
  const WorkspaceId id = provision();
  const std::string socket = "/workspaces/" + id.str() + "/socket";
  const struct {
    std::string path;
    const char* offered;
    int status;  // 0: accepted
    const char* chosen;
  } cases[] = {{socket, "", 0, ""},
               {socket, "coditect.v1", 0, "coditect.v1"},
               {socket, "other, coditect.v1", 0, "coditect.v1"},
               {socket, "coditect.v2", 400, ""},
               {"/workspaces/ws_none/socket", "coditect.v1", 404, ""},
               {"/workspaces/" + id.str() + "/rpc", "coditect.v1", 404, ""},
               {"/socket", "coditect.v1", 404, ""}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path + " " + c.offered);
    net::Request head = request("GET", c.path);
    head.is_websocket = true;
    if (*c.offered != '\0') head.headers.emplace_back("Sec-WebSocket-Protocol", c.offered);
    const net::UpgradeAnswer answer = node_->run(handler_->upgrade(head));
    const auto* accepted = std::get_if<net::AcceptUpgrade>(&answer);
    ASSERT_EQ(accepted != nullptr, c.status == 0);
    if (accepted != nullptr) EXPECT_EQ(accepted->subprotocol, c.chosen);
    if (accepted == nullptr) expect_problem(std::get<net::Response>(answer), c.status);
  }
}

TEST_F(ApiHandlerTest, AKeyIsTakenFromABodyThatHasNothingElse) {
  const auto put = [this](std::string body) {
    return ask(request("PUT", "/provider-keys/openai", std::move(body)));
  };
  for (const char* body : {R"({"key":"sk-quoted-0123456789")", R"({})", R"({"key":7})", R"([])",
                           R"({"key":"sk-quoted-0123456789","base_url":"http://evil"})"}) {
    const net::Response refused = put(body);
    expect_problem(refused, 400);
    EXPECT_EQ(refused.body.find("sk-quoted"), std::string::npos) << refused.body;
  }
  EXPECT_TRUE(keys_.keys().empty());
  EXPECT_EQ(put(R"({"key":"sk-taken-0123456789"})").status, 200);
  EXPECT_EQ(keys_.keys().at("openai"), "sk-taken-0123456789");
  EXPECT_EQ(keys_.user(), "user:ann");
}

}  // namespace
}  // namespace coditect::api
