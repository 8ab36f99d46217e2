#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "api/http/absent_component.h"
#include "api/http/api_handler.h"
#include "api/http/journal_component.h"
#include "api/http/memory_provider_keys.h"
#include "api/mcp/workspace_features.h"
#include "net/target.h"
#include "registry/test_node.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::api {

/// A stream that no handler of ours uses.
class NoStream : public net::ResponseStream {
 public:
  explicit NoStream(asio::any_io_executor executor) : strand_(make_strand(std::move(executor))) {}
  awaitable<Result<void>> start(int, net::Headers) override { co_return unavailable("no stream"); }
  awaitable<Result<void>> write(std::string) override { co_return unavailable("no stream"); }
  awaitable<Result<void>> finish() override { co_return unavailable("no stream"); }
  void abort() override {}
  bool peer_closed() const override { return false; }
  awaitable<void> wait_peer_closed() override { co_return; }
  std::stop_token when_peer_closed() override { return {}; }
  const Strand& strand() const override { return strand_; }

 private:
  const Strand strand_;
};

/// A body that is here already.
class WholeBody final : public net::RequestBody {
 public:
  explicit WholeBody(std::string text) : text_(std::move(text)) {}
  awaitable<Result<std::string>> read() override { co_return std::exchange(text_, {}); }

 private:
  std::string text_;
};

/// The interface on a node of its own, called without a network.
class ApiTest : public testing::Test {
 public:
  ApiTest() {
    std::filesystem::create_directories(web() / "assets");
    archive::overwrite(web() / "index.html", "<!doctype html><title>studio</title>");
    archive::overwrite(web() / "assets" / "main.js", "export {};");
    node_.emplace(folder_.path() / "data");
    open_api();
  }

  static std::string token() { return std::string(64, 'a'); }
  std::filesystem::path web() const { return folder_.path() / "web"; }
  registry::Registry& registry() { return node_->registry(); }

  /// Stops the node, lets `change` happen to its data, and starts another one.
  void restart(const std::function<void()>& change) {
    const std::filesystem::path data = node_->data();
    handler_.reset();
    mcp_.reset();
    node_.reset();
    change();
    node_.emplace(data);
    open_api();
  }
  static net::Request request(std::string method, const std::string& target,
                              std::string body = {}) {
    net::Request made;
    made.method = std::move(method);
    made.target = target;
    made.path = target.substr(0, target.find('?'));
    if (auto parsed = net::parse_target(target)) made.query = std::move(parsed->query);
    made.headers = {{"Host", "127.0.0.1:7700"}, {"Authorization", "Bearer " + token()}};
    made.body = std::move(body);
    return made;
  }
  /// What the server answers, the check of the head included.
  net::Response ask(net::Request request) {
    if (auto refused = handler_->authorize_head(request)) return *std::move(refused);
    NoStream stream(node_->io().get_executor());
    if (handler_->receives(request)) {
      WholeBody body(std::move(request.body));
      return *node_->run(handler_->receive(std::move(request), body, stream));
    }
    auto answer = node_->run(handler_->handle(std::move(request), stream));
    check(answer.has_value(), "every request is answered by a Response");
    return *std::move(answer);
  }
  net::Response ask(std::string method, const std::string& target, std::string body = {}) {
    return ask(request(std::move(method), target, std::move(body)));
  }
  static json::object object_of(const net::Response& response) {
    auto parsed = parse_json_object(response.body);
    check(parsed.ok(), response.body);
    return *std::move(parsed);
  }
  WorkspaceId provision() { return node_->provision("w").id; }
  json::value rpc(const WorkspaceId& id, std::string text) {
    const net::Response response = ask("POST", "/workspaces/" + id.str() + "/rpc", std::move(text));
    return response.body.empty() ? json::value() : json::parse(response.body);
  }

  archive::TemporaryFolder folder_;
  SystemClock clock_;
  std::optional<registry::TestNode> node_;
  const MethodTable methods_;
  MemoryProviderKeys keys_;
  const Authenticator authenticator_{token(), {"studio.example"}, clock_};
  AbsentComponent store_{"store"};
  std::optional<JournalComponent> journal_;
  std::optional<Dispatcher> dispatcher_;
  std::optional<StaticFiles> files_;
  std::optional<Health> health_;
  std::optional<Metrics> metrics_;
  std::optional<WorkspaceFeatures> features_;
  std::optional<mcp::Server> mcp_;
  std::optional<mcp::HttpEndpoint> mcp_endpoint_;
  SystemRandom random_;
  std::unique_ptr<People> people_;
  std::optional<Attempts> attempts_;
  std::optional<OpenDoors> doors_;
  std::optional<PeopleHandler> people_handler_;
  std::optional<ApiHandler> handler_;

 private:
  void open_api() {
    dispatcher_.emplace(registry(), methods_);
    files_.emplace(*StaticFiles::load(web()));
    journal_.emplace(node_->services().journal);
    health_.emplace(registry(), std::vector<Component*>{&*journal_, &store_}, "none here");
    metrics_.emplace(registry(), node_->services());
    const workspace::NodeServices& services = node_->services();
    features_.emplace(WorkspaceFeatures::Parts{*dispatcher_, services.agents, services.tools});
    mcp_.emplace(node_->io().get_executor(), *features_, clock_);
    mcp_endpoint_.emplace(*mcp_);
    People::Options people{folder_.path() / "people.json", {"ann", "claude"}};
    people_ = *People::open(std::move(people), clock_, random_);
    attempts_.emplace(clock_);
    doors_.emplace();
    people_handler_.emplace(PeopleHandler::Parts{*people_, *attempts_, *doors_, authenticator_,
                                                 registry(), services.disk});
    handler_.emplace(ApiHandler::Parts{authenticator_, registry(), *dispatcher_, methods_, *files_,
                                       *health_, *metrics_, *mcp_endpoint_, *people_,
                                       *people_handler_, *attempts_, *doors_, "user:ann", &keys_});
  }
};

}  // namespace coditect::api
