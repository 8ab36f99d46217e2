#include "app/keys/node_keys.h"

#include <algorithm>

#include "app/keys/key_probe.h"
#include "base/log.h"

namespace coditect::app {

namespace {

using Kind = providers::ProviderKind;

constexpr Kind kVendors[] = {Kind::kAnthropic, Kind::kGemini, Kind::kOpenAi, Kind::kMoonshot};
constexpr std::size_t kKeyBytesMax = 4096;
/// A key so short would be half told by its end.
constexpr std::size_t kShownFromBytes = 16;

/// Where the keys are among the sealed files of workspaces, none of which has an id like this.
const WorkspaceId kPlace("provider-keys");

Result<Kind> need_kind(const std::string& name) {
  if (const auto kind = providers::provider_kind(name)) return *kind;
  return not_found("there is no provider '" + name + "'", "GET /provider-keys lists them");
}

Result<void> check_key(std::string_view key) {
  const bool visible =
      std::ranges::all_of(key, [](char byte) { return byte > 0x20 && byte < 0x7F; });
  if (!visible) {
    return invalid("the key holds characters that no key has",
                   "check for quotes, spaces or a line end around it");
  }
  if (key.size() < 8 || key.size() > kKeyBytesMax) {
    return invalid("a key has 8 to 4096 characters", "copy it anew from the vendor's page");
  }
  return {};
}

/// The vendor whose API the agent's model is reached by; "" for none.
const std::string& vendor_of(const AgentConfig& agent) {
  return agent.external ? agent.external->models : agent.provider;
}

std::string name_of(Kind kind) { return std::string(to_string(kind)); }

}  // namespace

Result<std::map<Kind, NodeKeys::Kept>> NodeKeys::kept() const {
  std::map<Kind, Kept> all;
  TRY(const auto entries, parts_.store.list(kPlace));
  for (const auto& entry : entries) {
    for (const Kind kind : {Kind::kAnthropic, Kind::kGemini, Kind::kOpenAi, Kind::kMoonshot,
                            Kind::kOpenAiCompatible}) {
      if (entry.name != key_variable(kind)) continue;
      TRY(auto values, parts_.store.values(kPlace, {entry.name}));
      all[kind] = {entry, std::move(values.at(0).value)};
    }
  }
  return all;
}

Result<AgentFactory::Parts> NodeKeys::factory_parts() const {
  TRY(const auto all, kept());
  AgentFactory::Parts parts = parts_.factory;
  for (const auto& [kind, each] : all) parts.keys[kind] = each.key;
  return parts;
}

Result<std::vector<agents::AgentDefinition>> NodeKeys::make_agents(
    std::vector<std::string>& notices) {
  TRY(AgentFactory::Parts parts, factory_parts());
  AgentFactory factory(std::move(parts));
  std::vector<agents::AgentDefinition> made;
  for (const AgentConfig& config : parts_.agents) {
    TRY(agents::AgentDefinition agent, factory.make(config, parts_.agents));
    made.push_back(std::move(agent));
  }
  notices.insert(notices.end(), factory.notices().begin(), factory.notices().end());
  return made;
}

Result<void> NodeKeys::change(Kind kind, const std::function<Result<void>()>& change) {
  const std::scoped_lock one_at_a_time(changing_);
  TRY(const auto before, kept());
  TRY_VOID(change());
  std::vector<std::string> notices;
  auto made = make_agents(notices);
  if (!made) {
    const std::string name(key_variable(kind));
    const auto old = before.find(kind);
    auto back = old == before.end() ? parts_.store.remove(kPlace, name)
                                    : parts_.store.set(kPlace, old->second.entry, old->second.key);
    if (!back)
      spdlog::error("a key of {} cannot be put back: {}", name_of(kind), back.error().message);
    return std::move(made).error();
  }
  if (on_agents_) on_agents_(*std::move(made));
  const std::scoped_lock lock(mutex_);
  tested_.erase(kind);
  return {};
}

awaitable<Result<json::value>> NodeKeys::list() {
  auto work = [this]() -> Result<json::value> {
    TRY(const auto all, kept());
    json::array rows;
    for (const Kind kind : kVendors) rows.push_back(row(kind, all));
    const bool compatible = std::ranges::any_of(parts_.agents, [](const AgentConfig& agent) {
      return vendor_of(agent) == name_of(Kind::kOpenAiCompatible);
    });
    if (compatible) rows.push_back(row(Kind::kOpenAiCompatible, all));
    return json::value(json::object{
        {"providers", std::move(rows)},
        {"simulated_by_option", parts_.factory.providers == Config::Providers::kSimulated}});
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<json::value>> NodeKeys::set(std::string provider, std::string key,
                                             std::string user) {
  CO_TRY(const Kind kind, need_kind(provider));
  CO_TRY_VOID(check_key(key));
  auto work = [this, kind, key = std::move(key), user]() -> Result<json::value> {
    const auto store = [&]() -> Result<void> {
      return parts_.store.set(
          kPlace, {std::string(key_variable(kind)), parts_.factory.clock.now(), user}, key);
    };
    TRY_VOID(change(kind, store));
    spdlog::info("{} has set a key of {}", user, name_of(kind));
    return row_now(kind);
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<json::value>> NodeKeys::remove(std::string provider, std::string user) {
  CO_TRY(const Kind kind, need_kind(provider));
  auto work = [this, kind, user]() -> Result<json::value> {
    const auto forget = [&]() -> Result<void> {
      auto removed = parts_.store.remove(kPlace, std::string(key_variable(kind)));
      if (removed || removed.error().code != Errc::kNotFound) return removed;
      return not_found("no key of " + name_of(kind) + " was set in the studio",
                       "a variable of the server's environment is changed where it is started");
    };
    TRY_VOID(change(kind, forget));
    spdlog::info("{} has removed the key of {}", user, name_of(kind));
    return row_now(kind);
  };
  co_return co_await parts_.disk.run(std::move(work));
}

Result<json::value> NodeKeys::row_now(Kind kind) {
  TRY(const auto all, kept());
  return json::value(row(kind, all));
}

json::object NodeKeys::row(Kind kind, const std::map<Kind, Kept>& kept) {
  const std::string variable(key_variable(kind));
  const auto found = kept.find(kind);
  const bool set = found != kept.end();
  const auto in_environment = parts_.factory.environment.find(variable);
  json::object row{{"provider", name_of(kind)},
                   {"variable", variable},
                   {"set", set},
                   {"in_environment", in_environment.has_value()},
                   {"agents", agents_of(kind, kept)}};
  const bool simulated = parts_.factory.providers == Config::Providers::kSimulated;
  row["in_use"] = simulated        ? "simulated"
                  : set            ? "studio"
                  : in_environment ? "environment"
                                   : "none";
  if (set) {
    const Kept& each = found->second;
    row["set_at"] = to_rfc3339(each.entry.set_at);
    row["set_by"] = each.entry.set_by;
    if (each.key.size() >= kShownFromBytes) row["ends_in"] = each.key.substr(each.key.size() - 4);
  }
  const std::scoped_lock lock(mutex_);
  if (const auto tested = tested_.find(kind); tested != tested_.end()) {
    row["tested"] = tested->second;
  }
  return row;
}

json::array NodeKeys::agents_of(Kind kind, const std::map<Kind, Kept>& kept) const {
  AgentFactory::Parts with_keys = parts_.factory;
  for (const auto& [each, value] : kept) with_keys.keys[each] = value.key;
  const AgentFactory factory(std::move(with_keys));
  json::array agents;
  for (const AgentConfig& agent : parts_.agents) {
    if (vendor_of(agent) != name_of(kind)) continue;
    json::object each{
        {"name", agent.name}, {"model", agent.model}, {"simulated", factory.simulated(agent)}};
    if (!agent.api_key_env.empty()) each["key_variable"] = agent.api_key_env;
    agents.push_back(std::move(each));
  }
  return agents;
}

Result<agents::AgentDefinition> NodeKeys::make_probe(Kind kind) {
  const auto fits = [&](const AgentConfig& agent) {
    return !agent.external && agent.provider == name_of(kind) && agent.api_key_env.empty();
  };
  const std::vector<AgentConfig> usual = default_agents();
  auto found = std::ranges::find_if(parts_.agents, fits);
  if (found == parts_.agents.end()) {
    found = std::ranges::find_if(usual, fits);
    if (found == usual.end()) {
      return Error{Errc::kConflict, "no agent uses " + name_of(kind),
                   "define one in coditect.toml: a test needs to know a model"};
    }
  }
  TRY(AgentFactory::Parts parts, factory_parts());
  AgentFactory factory(std::move(parts));
  const AgentConfig probe = key_probe_config(*found);
  if (factory.simulated(probe)) {
    const bool by_option = parts_.factory.providers == Config::Providers::kSimulated;
    return Error{Errc::kConflict, "the models of " + name_of(kind) + " are simulated",
                 by_option ? "the server was started with --simulate-providers"
                           : "set a key first: there is none to test"};
  }
  return factory.make(probe, {probe});
}

awaitable<Result<json::value>> NodeKeys::test(std::string provider) {
  CO_TRY(const Kind kind, need_kind(provider));
  auto make = [this, kind] { return make_probe(kind); };
  CO_TRY(const agents::AgentDefinition probe, co_await parts_.disk.run(std::move(make)));
  const Strand strand = make_strand(parts_.executor);
  json::object result =
      co_await run_on(strand, ask_for_a_word(probe, parts_.prices, parts_.factory.clock));
  const std::scoped_lock lock(mutex_);
  tested_[kind] = result;
  co_return json::value(std::move(result));
}

}  // namespace coditect::app
