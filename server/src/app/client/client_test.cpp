#include "app/client/client.h"

#include <gtest/gtest.h>

#include <atomic>

#include "app/client/event_feed.h"
#include "app/client/workspaces.h"
#include "app/verify/remote_check.h"
#include "net/test_server.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::app {
namespace {

/// A server with two workspaces, one a page, and one log whose socket breaks off after some events.
class FakeServer final : public net::Handler {
 public:
  explicit FakeServer(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  std::optional<net::Response> authorize_head(const net::RequestHead& head) override {
    if (head.find_header("Authorization") == "Bearer secret") return std::nullopt;
    return net::problem(401, "", "no valid token was sent", "use a header");
  }
  awaitable<std::optional<net::Response>> handle(net::Request request,
                                                 net::ResponseStream&) override {
    co_return answer(request);
  }
  awaitable<net::UpgradeAnswer> upgrade(const net::RequestHead& head) override {
    if (head.path != "/workspaces/ws_1/socket") co_return net::problem(404, "", "no workspace");
    co_return net::AcceptUpgrade{"coditect.v1"};
  }
  awaitable<void> websocket(net::Request, net::WebSocket& socket) override {
    auto text = co_await socket.read();
    if (!text) co_return;
    const auto call = parse_json_object(*text);
    const json::object* params = call ? find_object(*call, "params") : nullptr;
    if (params == nullptr) co_return;
    std::string presence = R"({"jsonrpc":"2.0","method":"presence","params":{}})";
    if (!co_await socket.write(std::move(presence))) co_return;
    const json::object result{{"head", lines_.size()}};
    std::string attached =
        json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"result", result}});
    if (!co_await socket.write(std::move(attached))) co_return;
    ++attachments_;
    auto next = static_cast<std::size_t>(find_int(*params, "resume_from").value_or(0));
    for (std::size_t sent = 0; sent < 2 && next < lines_.size(); ++sent, ++next) {
      std::string message =
          R"({"jsonrpc":"2.0","method":"event","params":{"event":)" + lines_[next] + "}}";
      if (!co_await socket.write(std::move(message))) co_return;
    }
  }

  int attachments() const { return attachments_; }

 private:
  net::Response answer(const net::Request& request) const {
    if (request.path == "/workspaces") {
      const json::object row{{"id", request.find_query("cursor") ? "w_2" : "ws_1"}, {"name", "a"}};
      json::object page{{"workspaces", {row}}};
      if (!request.find_query("cursor")) page["next_cursor"] = "a b&c";
      return net::json_response(200, page);
    }
    if (request.path == "/workspaces/ws_1") return net::json_response(200, {{"id", "ws_1"}});
    if (request.path == "/html") return net::text_response(200, "text/html", "<html>");
    if (request.path != "/workspaces/ws_1/rpc") return net::problem(404, "", "not here", "look");
    const auto call = parse_json_object(request.body);
    const std::string method = call ? find_string(*call, "method").value_or("") : "";
    if (method == "good") return net::json_response(200, {{"id", 1}, {"result", {{"x", 1}}}});
    if (method == "empty") return net::json_response(200, {{"id", 1}});
    const json::object error{{"message", "no"}, {"data", {{"kind", "conflict"}, {"hint", "so"}}}};
    return net::json_response(200, {{"id", 1}, {"error", error}});
  }

  const std::vector<std::string> lines_;
  std::atomic<int> attachments_ = 0;
};

class ClientTest : public ::testing::Test {
 protected:
  Client client(const std::string& token = "secret") const {
    auto made = Client::make({"http://127.0.0.1:" + std::to_string(server_.port()), token});
    check(made.ok());
    return *std::move(made);
  }

  const std::vector<std::string> lines_ = archive::next_lines({}, 5);
  FakeServer fake_{lines_};
  net::TestServer server_{fake_};
};

TEST_F(ClientTest, CallsAndIsRefused) {
  EXPECT_EQ(client().call("ws_1", "good", {})->at("x"), 1);
  const auto refused = client().call("ws_1", "bad", {});
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_EQ(refused.error().message, "no");
  EXPECT_EQ(refused.error().hint, "so");
  EXPECT_FALSE(client().call("ws_1", "empty", {}));
  EXPECT_EQ(client().call("w_9", "good", {}).error().code, Errc::kNotFound);
  EXPECT_FALSE(client().get("/html"));
  const auto denied = client("wrong").get("/workspaces");
  EXPECT_EQ(denied.error().code, Errc::kDenied);
  EXPECT_NE(denied.error().hint.find("CODITECT_TOKEN"), std::string::npos);
}

TEST_F(ClientTest, ReadsEveryPage) {
  EXPECT_EQ(list_workspaces(client())->size(), 2u);
  EXPECT_EQ(*find_workspace(client(), "ws_1"), "ws_1");
  EXPECT_EQ(*find_workspace(client(), "w_2"), "w_2");
  EXPECT_EQ(find_workspace(client(), "a").error().code, Errc::kConflict);
  EXPECT_EQ(find_workspace(client(), "../login").error().code, Errc::kNotFound);
}

TEST_F(ClientTest, GoesOnWhereAConnectionBroke) {
  const Client connected = client();
  auto feed = EventFeed::open(connected, "ws_1", Sequence{0});
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ((*feed)->head(), 5u);
  for (const std::string& line : lines_) {
    const auto event = (*feed)->next();
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->line, line);
  }
  EXPECT_EQ(fake_.attachments(), 3) << "two events a connection";
}

TEST_F(ClientTest, RefusesToGoOnAfterTheEnd) {
  const Client connected = client();
  EXPECT_EQ(EventFeed::open(connected, "ws_1", Sequence{9}).error().code, Errc::kInvalid);
  EXPECT_EQ(EventFeed::open(connected, "w_9", Sequence{0}).error().code, Errc::kNotFound);
  const Client stranger = client("wrong");
  EXPECT_EQ(EventFeed::open(stranger, "ws_1", Sequence{0}).error().code, Errc::kDenied);
}

TEST_F(ClientTest, ChecksALogFromAfar) {
  const auto head = check_remote_log(client(), "ws_1");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->seq, 5u);
  EXPECT_EQ(head->hash, sha256_hex(lines_.back()));
}

TEST(RemoteCheck, FindsAChangedEvent) {
  std::vector<std::string> lines = archive::next_lines({}, 4);
  lines[1][lines[1].find("hello")] = 'j';
  FakeServer fake(lines);
  const net::TestServer server(fake);
  const auto made = Client::make({"http://127.0.0.1:" + std::to_string(server.port()), "secret"});
  const auto head = check_remote_log(*made, "ws_1");
  ASSERT_FALSE(head);
  EXPECT_NE(head.error().message.find("event 3"), std::string::npos) << head.error().message;
}

}  // namespace
}  // namespace coditect::app
