#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agents/agent_directory.h"
#include "api/http/provider_keys.h"
#include "app/agent_factory.h"
#include "async/blocking_pool.h"
#include "providers/prices/price_book.h"
#include "workspace/secrets/secret_store.h"

namespace coditect::app {

/// The vendors' keys that people have set in the studio, sealed beside the workspaces' secrets, and
/// the agents that are made with them (docs/decisions/0040-provider-keys.md).
///
/// Threads:    any; what blocks is done on the disk pool, one change at a time.
/// Lifetime:   its parts outlive it.
/// Invariants: a key leaves it for the factory alone; no answer, error or line of the log has one.
class NodeKeys final : public api::ProviderKeys {
 public:
  struct Parts {
    AgentFactory::Parts factory;  ///< without keys: they are added here
    std::vector<AgentConfig> agents;
    workspace::SecretStore& store;
    BlockingPool& disk;
    asio::any_io_executor executor;
    const providers::PriceBook& prices;
  };
  /// Called when the agents are made anew, on a thread of the disk pool.
  using OnAgents = std::function<void(std::vector<agents::AgentDefinition> agents)>;

  explicit NodeKeys(Parts parts) : parts_(std::move(parts)) {}

  /// The node's agents with the keys as they are now. `notices` are what an operator should know.
  Result<std::vector<agents::AgentDefinition>> make_agents(std::vector<std::string>& notices);
  /// Hears of agents from now on.
  void tell(OnAgents on_agents) { on_agents_ = std::move(on_agents); }

  awaitable<Result<json::value>> list() override;
  awaitable<Result<json::value>> set(std::string provider, std::string key,
                                     std::string user) override;
  awaitable<Result<json::value>> remove(std::string provider, std::string user) override;
  awaitable<Result<json::value>> test(std::string provider) override;

 private:
  using Kind = providers::ProviderKind;
  struct Kept {
    workspace::SecretStore::Entry entry;
    std::string key;
  };

  Result<std::map<Kind, Kept>> kept() const;
  Result<AgentFactory::Parts> factory_parts() const;
  /// Changes the store by `change` and makes the agents anew; where that fails, the store is as it
  /// was. On the disk pool.
  Result<void> change(Kind kind, const std::function<Result<void>()>& change);
  Result<json::value> row_now(Kind kind);
  json::object row(Kind kind, const std::map<Kind, Kept>& kept);
  json::array agents_of(Kind kind, const std::map<Kind, Kept>& kept) const;
  /// The agent whose model is asked: the first of the vendor's that has no key of its own.
  Result<agents::AgentDefinition> make_probe(Kind kind);

  const Parts parts_;
  OnAgents on_agents_;
  std::mutex changing_;  ///< held over a change, so that the last one made is the one in use
  std::mutex mutex_;
  std::map<Kind, json::object> tested_;  ///< guarded by mutex_
};

}  // namespace coditect::app
