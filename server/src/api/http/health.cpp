#include "api/http/health.h"

#include <algorithm>

#include "storage/databases/database_name.h"

namespace coditect::api {

namespace {

using workspace::Workspace;

/// Workspaces that are named in the answer; the others are only counted.
constexpr std::size_t kFailuresShown = 5;

awaitable<Result<json::value>> database_states(Workspace& workspace) {
  CO_TRY(json::object states, co_await workspace.queries().health());
  co_return json::value(std::move(states));
}

std::string_view word_for(const ComponentHealth& health) {
  switch (health.state) {
    case ComponentHealth::State::kOk: return "ok";
    case ComponentHealth::State::kAbsent: return "none";
    case ComponentHealth::State::kDegraded:
    case ComponentHealth::State::kFailing: break;
  }
  return health.reason;
}

}  // namespace

Health::Health(registry::Registry& registry, std::vector<Component*> components,
               std::string sandbox)
    : registry_(registry), components_(std::move(components)), sandbox_(std::move(sandbox)) {}

awaitable<net::Response> Health::check() {
  json::object body{{"status", "ok"}};
  State worst = State::kOk;
  worst = std::max(worst, co_await add_components(body));
  body["sandbox"] = sandbox_;
  worst = std::max(worst, co_await add_databases(body));
  worst = std::max(worst, co_await add_workspaces(body));
  if (worst == State::kDegraded) body["status"] = "degraded";
  if (worst == State::kFailing) body["status"] = "failing";
  co_return net::json_response(worst == State::kFailing ? 503 : 200, body);
}

awaitable<Health::State> Health::add_components(json::object& body) {
  State worst = State::kOk;
  for (Component* component : components_) {
    const ComponentHealth health = co_await component->health();
    body[component->name()] = word_for(health);
    worst = std::max(worst, health.state);
  }
  co_return worst;
}

awaitable<Health::State> Health::add_databases(json::object& body) {
  State worst = State::kOk;
  json::object databases;
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    databases[to_string(name)] = "ok";
  }
  if (const auto awake = co_await registry_.any_awake()) {
    auto states = co_await Workspace::perform(awake, database_states);
    if (states) {
      databases = std::move(states->as_object());
      for (const auto& [name, state] : databases) {
        if (state != "ok") worst = State::kFailing;
      }
    } else if (!awake->is_closing()) {
      worst = State::kFailing;
      databases = {{"all", states.error().message}};
    }
  }
  body["databases"] = std::move(databases);
  co_return worst;
}

awaitable<Health::State> Health::add_workspaces(json::object& body) {
  const registry::Registry::Counts counts = co_await registry_.counts();
  json::array failures;
  for (const auto& [id, reason] : co_await registry_.failures(kFailuresShown)) {
    failures.push_back({{"id", id.str()}, {"reason", reason}});
  }
  body["workspaces"] = {{"all", counts.all},
                        {"awake", counts.awake},
                        {"failed", counts.failed},
                        {"failures", std::move(failures)}};
  co_return counts.failed == 0 ? State::kOk : State::kDegraded;
}

}  // namespace coditect::api
