#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agents/agent_host.h"
#include "providers/provider.h"

namespace coditect::agents {

struct ExternalAgent;

/// A model that an agent goes on with when the one before it fails.
struct FallbackModel {
  std::string model;
  std::shared_ptr<providers::Provider> provider;
  bool simulated = false;
};

/// An agent as the configuration defines it.
struct AgentDefinition {
  std::string name;
  std::string model;
  std::shared_ptr<providers::Provider> provider;
  bool simulated = false;  ///< answered by the built-in simulator, not by a vendor
  std::vector<FallbackModel> fallbacks = {};  ///< in the order in which they are tried
  /// Where it is a program of its own; null where it is a model. Then `provider` is null.
  std::shared_ptr<const ExternalAgent> external = nullptr;
  std::string role = {};  ///< what people call it for, besides its name; "" for none

  /// As people know it: a vendor's name, or "acp".
  std::string provider_name() const {
    return external != nullptr ? "acp" : std::string(to_string(provider->kind()));
  }
};

/// The agents of a node. Every workspace has all of them.
///
/// Threads:    any.
/// Invariants: who they are never changes, only how their models are reached: a task under way goes
///             on with what it was given.
class AgentDirectory {
 public:
  explicit AgentDirectory(std::vector<AgentDefinition> agents);

  using Agents = std::shared_ptr<const std::vector<AgentDefinition>>;
  /// In the order of the configuration, as they are now.
  Agents agents() const;
  /// Null where there is no agent of that name.
  std::shared_ptr<const AgentDefinition> find(std::string_view name) const;
  std::vector<std::string> names() const;

  /// The same agents, whose models are reached with other keys from their next task on.
  void replace(std::vector<AgentDefinition> agents);

 private:
  mutable std::mutex mutex_;
  Agents agents_;  // guarded by mutex_
};

}  // namespace coditect::agents
