#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/agent_directory.h"
#include "agents/door/model_access.h"
#include "app/config.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/random.h"
#include "providers/factory.h"
#include "providers/resilience/key_gates.h"

namespace coditect::app {

/// The variable by which a vendor's own tools find a key.
std::string_view key_variable(providers::ProviderKind kind);

/// Makes agents from their configuration: finds each model's key and address, and the models that
/// it goes on with.
///
/// Threads:  one.
/// Lifetime: its parts outlive it; clock, random and gates outlive the agents.
class AgentFactory {
 public:
  struct Parts {
    Config::Providers providers;
    const Environment& environment;
    const Clock& clock;
    Random& random;
    providers::KeyGates& gates;
    std::function<Result<std::string>()> simulator_url;  ///< starts it, where it does not run
    std::filesystem::path data = {};  ///< the server's own folder, which no program sees
    /// Set by people in the studio: they count before the vendors' variables, and not for an agent
    /// whose configuration names a variable of its own.
    std::map<providers::ProviderKind, std::string> keys = {};
  };

  explicit AgentFactory(Parts parts) : parts_(std::move(parts)) {}

  /// Errc::kInvalid for an address, a key or a fallback that cannot be used.
  Result<agents::AgentDefinition> make(const AgentConfig& config,
                                       const std::vector<AgentConfig>& all);
  /// Whether its model is played by the simulator, for want of a key or by the option.
  bool simulated(const AgentConfig& config) const;
  /// What an operator should know: fallbacks that have no key.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  /// Where a model is reached.
  struct Access {
    providers::ProviderKind kind = providers::ProviderKind::kAnthropic;
    std::string base_url;
    std::string api_key;
    bool simulated = false;
  };

  Result<agents::AgentDefinition> make_program(const AgentConfig& config);
  Result<std::shared_ptr<const agents::door::ModelAccess>> open_models(const AgentConfig& config);
  Result<Access> access(const AgentConfig& config) const;
  Result<agents::FallbackModel> make_model(const AgentConfig& config,
                                           providers::ProviderConfig::Fallback fallback);

  const Parts parts_;
  std::vector<std::string> notices_;
};

}  // namespace coditect::app
