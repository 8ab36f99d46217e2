#include "api/http/health.h"

#include "api/test_api.h"

namespace coditect::api {
namespace {

using HealthTest = ApiTest;
using State = ComponentHealth::State;

/// A component that is as a test says.
class SetComponent final : public Component {
 public:
  std::string_view name() const override { return "store"; }
  awaitable<ComponentHealth> health() override { co_return now; }
  awaitable<std::vector<Figure>> figures() override { co_return measured; }

  ComponentHealth now;
  std::vector<Figure> measured;
};

TEST_F(HealthTest, ANewServerIsWell) {
  const net::Response response = node_->run(health_->check());
  EXPECT_EQ(response.status, 200);
  const json::object health = object_of(response);
  EXPECT_EQ(health.at("status"), "ok");
  EXPECT_EQ(health.at("journal"), "ok");
  EXPECT_EQ(health.at("store"), "none") << "it has no store, and says so";
  EXPECT_EQ(health.at("sandbox"), "none here");
  EXPECT_EQ(health.at("databases").as_object().size(), 6u);
  EXPECT_EQ(json::serialize(health.at("workspaces")),
            R"({"all":0,"awake":0,"failed":0,"failures":[]})");
}

TEST_F(HealthTest, TheWorstComponentCounts) {
  SetComponent store;
  Health health(registry(), {&*journal_, &store}, "");
  const struct {
    ComponentHealth now;
    const char* shown;
    const char* status;
    int http;
  } cases[] = {{{State::kOk, ""}, "ok", "ok", 200},
               {{State::kAbsent, ""}, "none", "ok", 200},
               {{State::kDegraded, "3 minutes behind"}, "3 minutes behind", "degraded", 200},
               {{State::kFailing, "access denied"}, "access denied", "failing", 503}};
  for (const auto& c : cases) {
    store.now = c.now;
    const net::Response response = node_->run(health.check());
    EXPECT_EQ(response.status, c.http);
    const json::object answered = object_of(response);
    EXPECT_EQ(answered.at("store"), c.shown);
    EXPECT_EQ(answered.at("status"), c.status);
  }
}

TEST_F(HealthTest, NamesTheFirstWorkspacesThatDoNotOpen) {
  std::vector<std::string> broken;
  for (int i = 0; i < 7; ++i) broken.push_back(provision().str());
  const WorkspaceId good = provision();
  std::ranges::sort(broken);
  const std::filesystem::path folder = node_->folder();
  restart([&] {
    for (const std::string& id : broken) {
      std::filesystem::remove_all(folder / id / "projects");
      archive::overwrite(folder / id / "projects", "no folder");
    }
  });
  const net::Response response = node_->run(health_->check());
  EXPECT_EQ(response.status, 200) << "the others work";
  const json::object health = object_of(response);
  EXPECT_EQ(health.at("status"), "degraded");
  EXPECT_EQ(health.at("journal"), "ok");
  const json::object& workspaces = health.at("workspaces").as_object();
  EXPECT_EQ(workspaces.at("all"), 8);
  EXPECT_EQ(workspaces.at("awake"), 1);
  EXPECT_EQ(workspaces.at("failed"), 7);
  const json::array& failures = workspaces.at("failures").as_array();
  ASSERT_EQ(failures.size(), 5u);
  for (std::size_t i = 0; i < failures.size(); ++i) {
    EXPECT_EQ(failures[i].at("id").as_string(), broken[i]);
    EXPECT_NE(failures[i].at("reason").as_string().find("projects"), std::string::npos);
  }
  // One that works again is no longer named.
  std::filesystem::remove(folder / broken[0] / "projects");
  ASSERT_TRUE(node_->run(registry().wake(WorkspaceId(broken[0]))));
  EXPECT_EQ(object_of(node_->run(health_->check())).at("workspaces").at("failed"), 6);
}

TEST_F(HealthTest, ADamagedDatabaseFails) {
  const WorkspaceId id = provision();
  ASSERT_EQ(node_->run(health_->check()).status, 200);
  std::filesystem::remove(node_->place(id).root() / "databases" / "messages.db");
  const net::Response response = node_->run(health_->check());
  EXPECT_EQ(response.status, 503);
  const json::object health = object_of(response);
  EXPECT_EQ(health.at("status"), "failing");
  EXPECT_NE(health.at("databases").at("messages"), "ok");
  EXPECT_EQ(health.at("databases").at("sessions"), "ok");
}

TEST_F(HealthTest, MetricsCountWhatHappens) {
  const WorkspaceId id = provision();
  provision();
  ASSERT_TRUE(node_->run(registry().sleep(id)));
  ask("GET", "/workspaces");
  rpc(node_->provision("third").id,
      R"([{"jsonrpc":"2.0","id":1,"method":"agents.list"},{"jsonrpc":"2.0","id":2,"method":"x"}])");
  const Metrics::Connection one(*metrics_);
  std::string text;
  {
    const Metrics::Connection two(*metrics_);
    const net::Response response = ask("GET", "/metrics");
    EXPECT_TRUE(net::find_header(response.headers, "Content-Type")->starts_with("text/plain"));
    text = response.body;
  }
  for (const char* line :
       {"\ncoditect_http_requests_total 3\n", "\ncoditect_rpc_calls_total 2\n",
        "\ncoditect_websockets 2\n", "\ncoditect_workspaces{state=\"all\"} 3\n",
        "\ncoditect_workspaces{state=\"awake\"} 2\n", "\ncoditect_journal_failed 0\n"}) {
    EXPECT_NE(("\n" + text).find(line), std::string::npos) << line << text;
  }
  EXPECT_NE(ask("GET", "/metrics").body.find("coditect_websockets 1\n"), std::string::npos);
}

TEST_F(HealthTest, WhatAComponentCountsIsACounterAndTheRestAGauge) {
  SetComponent store;
  Metrics metrics(registry(), node_->services(), {&store});
  const auto text = [&](double puts, double lag) {
    store.measured = {{"store_puts_total", "Puts", puts}, {"lag_seconds", "Lag", lag}};
    return node_->run(metrics.text()).body;
  };
  static_cast<void>(text(3, 2.5));
  const std::string now = text(7, 0.5);
  for (const char* line : {"# TYPE store_puts_total counter\nstore_puts_total 7\n",
                           "# TYPE lag_seconds gauge\nlag_seconds 0.5\n"}) {
    EXPECT_NE(now.find(line), std::string::npos) << line << now;
  }
}

}  // namespace
}  // namespace coditect::api
