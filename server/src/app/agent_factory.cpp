#include "app/agent_factory.h"

#include <algorithm>
#include <unistd.h>

#include "agents/external_agent.h"
#include "net/client/http_client.h"
#include "providers/wire/http_client.h"

namespace coditect::app {

namespace fs = std::filesystem;

namespace {

/// Where each vendor's own tools look for a key and an address.
struct VendorVariables {
  const char* key;
  const char* base_url;
};

VendorVariables variables_of(providers::ProviderKind kind) {
  using Kind = providers::ProviderKind;
  switch (kind) {
    case Kind::kAnthropic: return {"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"};
    case Kind::kOpenAi: return {"OPENAI_API_KEY", "OPENAI_BASE_URL"};
    case Kind::kGemini: return {"GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"};
    case Kind::kMoonshot: return {"MOONSHOT_API_KEY", "MOONSHOT_BASE_URL"};
    case Kind::kOpenAiCompatible: break;
  }
  return {"OPENAI_COMPATIBLE_API_KEY", "OPENAI_COMPATIBLE_BASE_URL"};
}

/// Whether `inner` is `outer` or below it.
bool holds(const fs::path& outer, const fs::path& inner) {
  const fs::path from = inner.lexically_normal();
  const auto [mine, theirs] = std::mismatch(outer.begin(), outer.end(), from.begin(), from.end());
  return !outer.empty() && mine == outer.end();
}

bool ends_in_v1(providers::ProviderKind kind) {
  using Kind = providers::ProviderKind;
  return kind == Kind::kOpenAi || kind == Kind::kMoonshot || kind == Kind::kOpenAiCompatible;
}

}  // namespace

std::string_view key_variable(providers::ProviderKind kind) { return variables_of(kind).key; }

Result<AgentFactory::Access> AgentFactory::access(const AgentConfig& config) const {
  const auto kind = providers::provider_kind(config.provider);
  if (!kind) return invalid("there is no provider '" + config.provider + "'");
  const VendorVariables names = variables_of(*kind);
  const bool own_variable = !config.api_key_env.empty();
  const auto set = own_variable ? parts_.keys.end() : parts_.keys.find(*kind);
  const std::string key = own_variable ? config.api_key_env : names.key;
  Access access;
  access.kind = *kind;
  access.api_key =
      set != parts_.keys.end() ? set->second : parts_.environment.find(key).value_or("");
  access.base_url = config.base_url.empty() ? parts_.environment.find(names.base_url).value_or("")
                                            : config.base_url;
  // An address without a key is a server of the operator's own, which may need none.
  access.simulated = parts_.providers == Config::Providers::kSimulated ||
                     (access.api_key.empty() && access.base_url.empty());
  return access;
}

bool AgentFactory::simulated(const AgentConfig& config) const {
  AgentConfig vendor = config;
  if (config.external) vendor.provider = config.external->models;
  const auto reached = access(vendor);
  return reached && reached->simulated;
}

Result<agents::FallbackModel> AgentFactory::make_model(
    const AgentConfig& config, providers::ProviderConfig::Fallback fallback) {
  TRY(Access access, this->access(config));
  providers::ProviderConfig provider;
  if (access.simulated) {
    TRY(access.base_url, parts_.simulator_url());
    if (ends_in_v1(access.kind)) access.base_url += "/v1";
    access.api_key = "simulated";
  } else {
    provider.proxy = providers::proxy_settings(environ);
    if (access.api_key.empty()) access.api_key = "none";
  }
  provider.kind = access.kind;
  provider.base_url = access.base_url;
  provider.api_key = access.api_key;
  provider.fallback = fallback;
  provider.attempts = config.attempts;
  provider.times.connect = config.connect_timeout.value_or(provider.times.connect);
  provider.times.first_byte = config.first_byte_timeout.value_or(provider.times.first_byte);
  provider.times.silence = config.silence_timeout.value_or(provider.times.silence);
  provider.gate = parts_.gates.gate(access.kind, access.base_url, access.api_key);
  auto made = providers::make_provider(provider, parts_.clock, parts_.random);
  if (!made) return std::move(made).error().in("agent " + config.name);
  return agents::FallbackModel{config.model, *std::move(made), access.simulated};
}

Result<agents::AgentDefinition> AgentFactory::make_program(const AgentConfig& config) {
  const ExternalAgentConfig& wanted = *config.external;
  auto program = std::make_shared<agents::ExternalAgent>();
  program->command = wanted.command;
  for (const std::string& folder : wanted.programs) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) return not_found("agent " + config.name + ": there is no folder " + folder);
    if (holds(real, parts_.data) || holds(parts_.data, real)) {
      return invalid("agent " + config.name + ": the folder " + folder +
                         " of its program holds the server's own data, or is part of it",
                     "install the program in a folder of its own");
    }
    program->programs.emplace_back(folder);
  }
  program->environment = wanted.environment;
  program->mode = wanted.mode;
  program->auth_method = wanted.auth_method;
  program->start_max = config.connect_timeout.value_or(program->start_max);
  agents::AgentDefinition agent{config.name, config.model, nullptr};
  if (!wanted.models.empty()) {
    TRY(program->models, open_models(config));
    agent.simulated = program->models->simulated;
  }
  agent.external = std::move(program);
  agent.role = config.role;
  return agent;
}

Result<std::shared_ptr<const agents::door::ModelAccess>> AgentFactory::open_models(
    const AgentConfig& config) {
  AgentConfig vendor = config;
  vendor.provider = config.external->models;
  vendor.connect_timeout.reset();  // of the program
  TRY(Access reached, access(vendor));
  if (reached.simulated) {
    TRY(reached.base_url, parts_.simulator_url());
    if (ends_in_v1(reached.kind)) reached.base_url += "/v1";
    reached.api_key = "simulated";
  }
  if (reached.base_url.empty()) reached.base_url = default_base_url(reached.kind);
  auto models = std::make_shared<agents::door::ModelAccess>();
  TRY(agents::FallbackModel known, make_model(vendor, providers::ProviderConfig::Fallback::kNone));
  models->provider = std::move(known.provider);
  models->simulated = reached.simulated;
  models->api_key = reached.api_key.empty() ? "none" : reached.api_key;
  models->model = config.model;
  net_client::HttpClientOptions options;
  auto base = net_client::parse_base_url(reached.base_url);
  if (!base) return std::move(base).error().in("agent " + config.name);
  options.base = *std::move(base);
  if (!reached.simulated) {
    TRY(options.proxy, net_client::choose_proxy(providers::proxy_settings(environ), options.base));
  }
  options.times = providers::kModelTimes;
  options.body_bytes_max = limits::kModelResponseBytesMax;
  TRY(models->client, net_client::make_http_client(std::move(options)));
  return std::shared_ptr<const agents::door::ModelAccess>(std::move(models));
}

Result<agents::AgentDefinition> AgentFactory::make(const AgentConfig& config,
                                                   const std::vector<AgentConfig>& all) {
  if (config.external) return make_program(config);
  using Fallback = providers::ProviderConfig::Fallback;
  TRY(const Access own, access(config));
  std::vector<AgentConfig> chain{config};
  for (const std::string& entry : config.fallback) {
    TRY(AgentConfig next, resolve_fallback(config, entry, all));
    TRY(const Access other, access(next));
    // A play is no answer to a question that was meant for a model.
    if (other.simulated && !own.simulated) {
      notices_.push_back("agent " + config.name + " cannot go on with " + next.provider + ":" +
                         next.model + ": there is no key for it");
      continue;
    }
    chain.push_back(std::move(next));
  }
  agents::AgentDefinition agent{config.name, config.model, nullptr, own.simulated};
  agent.role = config.role;
  for (const AgentConfig& each : chain) {
    const Fallback fallback = &each == &chain.back() ? Fallback::kNone : Fallback::kThere;
    TRY(agents::FallbackModel model, make_model(each, fallback));
    if (agent.provider == nullptr) {
      agent.provider = model.provider;
    } else {
      agent.fallbacks.push_back(std::move(model));
    }
  }
  return agent;
}

}  // namespace coditect::app
