#include "api/http/health.h"

#include "storage/databases/database_name.h"

namespace coditect::api {

namespace {

using workspace::Workspace;

awaitable<Result<json::value>> database_states(Workspace& workspace) {
  CO_TRY(json::object states, co_await workspace.queries().health());
  co_return json::value(std::move(states));
}

}  // namespace

Health::Health(registry::Registry& registry, const workspace::NodeServices& services,
               std::string sandbox)
    : registry_(registry), services_(services), sandbox_(std::move(sandbox)) {}

awaitable<net::Response> Health::check() {
  const auto journal = services_.journal.stats();
  const registry::Registry::Counts counts = co_await registry_.counts();
  bool healthy = !journal.failure;
  json::object databases;
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    databases[to_string(name)] = "ok";
  }
  if (const auto awake = co_await registry_.any_awake()) {
    auto states = co_await Workspace::perform(awake, database_states);
    if (states) {
      databases = std::move(states->as_object());
      for (const auto& [name, state] : databases) healthy = healthy && state == "ok";
    } else if (!awake->is_closing()) {
      healthy = false;
      databases = {{"all", states.error().message}};
    }
  }
  json::object body{{"status", healthy ? "ok" : "failing"},
                    {"journal", journal.failure ? journal.failure->message : "ok"},
                    {"store", "ok"},
                    {"sandbox", sandbox_},
                    {"databases", std::move(databases)},
                    {"workspaces", {{"all", counts.all}, {"awake", counts.awake}}}};
  co_return net::json_response(healthy ? 200 : 503, body);
}

}  // namespace coditect::api
