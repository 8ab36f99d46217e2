#include "app/agent_config.h"

#include <algorithm>
#include <cmath>

#include "app/config_file.h"
#include "base/limits.h"
#include "providers/provider_kind.h"

namespace coditect::app {

namespace {

constexpr std::int64_t kAttemptsMax = 100;
constexpr double kTimeoutSecondsMax = 3600;

bool is_agent_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kNameBytesMax || name == "all" || name == "auto") {
    return false;
  }
  for (const char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!good) return false;
  }
  return true;
}

Result<void> take_attempts(const std::filesystem::path& file, const toml::table& table,
                           std::optional<int>& into) {
  const toml::node* node = table.get("attempts");
  if (node == nullptr) return {};
  const auto number = node->value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > kAttemptsMax) {
    return bad(file, *node, "'attempts' is no whole number from 1 to 100");
  }
  into = static_cast<int>(*number);
  return {};
}

/// A number of seconds, whole or not.
Result<void> take_seconds(const std::filesystem::path& file, const toml::table& table,
                          std::string_view key, std::optional<std::chrono::milliseconds>& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto seconds = node->is_number() ? node->value<double>() : std::nullopt;
  if (!seconds || !(*seconds >= 0.001) || *seconds > kTimeoutSecondsMax) {
    return bad(file, *node, "'" + std::string(key) + "' is no number of seconds up to 3600");
  }
  into = std::chrono::milliseconds{std::llround(*seconds * 1000)};
  return {};
}

/// A role is written as a name is, for people address agents by either.
Result<void> take_role(const std::filesystem::path& file, const toml::table& table,
                       std::string& into) {
  TRY_VOID(take_text(file, table, "role", into));
  const toml::node* node = table.get("role");
  if (node == nullptr || is_agent_name(into)) return {};
  return bad(file, *node, "'" + into + "' is no role: use a-z, 0-9, - and _");
}

/// An agent that is a program of its own.
Result<AgentConfig> parse_program(const std::filesystem::path& file, AgentConfig agent,
                                  const toml::table& table) {
  TRY_VOID(only_known(file, table,
                      {"provider", "model", "role", "base_url", "api_key_env", "command",
                       "programs", "env", "mode", "auth_method", "models", "connect_timeout_s"}));
  TRY_VOID(take_text(file, table, "model", agent.model));
  TRY_VOID(take_text(file, table, "base_url", agent.base_url));
  TRY_VOID(take_text(file, table, "api_key_env", agent.api_key_env));
  TRY_VOID(take_seconds(file, table, "connect_timeout_s", agent.connect_timeout));
  TRY(agent.external, parse_external_agent(file, table));
  return agent;
}

Result<AgentConfig> parse_agent(const std::filesystem::path& file, std::string_view name,
                                const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return bad(file, node, "[agents." + std::string(name) + "] is no table");
  if (!is_agent_name(name)) {
    return bad(file, node, "'" + std::string(name) + "' is no agent's name: use a-z, 0-9, - and _");
  }
  AgentConfig agent;
  agent.name = name;
  TRY_VOID(take_text(file, *table, "provider", agent.provider));
  TRY_VOID(take_role(file, *table, agent.role));
  if (agent.provider == "acp") return parse_program(file, std::move(agent), *table);
  TRY_VOID(
      only_known(file, *table,
                 {"provider", "model", "role", "base_url", "api_key_env", "fallback", "attempts",
                  "connect_timeout_s", "first_byte_timeout_s", "silence_timeout_s"}));
  TRY_VOID(take_text(file, *table, "model", agent.model));
  TRY_VOID(take_text(file, *table, "base_url", agent.base_url));
  TRY_VOID(take_text(file, *table, "api_key_env", agent.api_key_env));
  if (!providers::provider_kind(agent.provider)) {
    return bad(file, node,
               "provider '" + agent.provider +
                   "' is not anthropic, gemini, openai, moonshot, openai-compatible or acp");
  }
  if (agent.model.empty()) return bad(file, node, "'model' is missing");
  TRY_VOID(take_texts(file, *table, "fallback", agent.fallback));
  TRY_VOID(take_attempts(file, *table, agent.attempts));
  TRY_VOID(take_seconds(file, *table, "connect_timeout_s", agent.connect_timeout));
  TRY_VOID(take_seconds(file, *table, "first_byte_timeout_s", agent.first_byte_timeout));
  TRY_VOID(take_seconds(file, *table, "silence_timeout_s", agent.silence_timeout));
  return agent;
}

}  // namespace

std::vector<AgentConfig> default_agents() {
  return {{"claude", "anthropic", "claude-opus-5-5"},
          {"gemini", "gemini", "gemini-4-argon"},
          {"codex", "openai", "gpt-6.1-sol"},
          {"kimi", "moonshot", "kimi-k3.1-pro"}};
}

Result<std::vector<AgentConfig>> parse_agents(const std::filesystem::path& file,
                                              const toml::table& table) {
  std::vector<AgentConfig> agents;
  for (const auto& [name, node] : table) {
    TRY(AgentConfig agent, parse_agent(file, name.str(), node));
    agents.push_back(std::move(agent));
  }
  for (const AgentConfig& agent : agents) {
    if (std::ranges::find(agents, agent.role, &AgentConfig::name) != agents.end()) {
      return bad(file, *table.get(agent.name),
                 "the role '" + agent.role + "' is an agent's name already");
    }
    for (const std::string& entry : agent.fallback) {
      const auto resolved = resolve_fallback(agent, entry, agents);
      if (!resolved) return bad(file, *table.get(agent.name), resolved.error().message);
    }
  }
  return agents;
}

Result<AgentConfig> resolve_fallback(const AgentConfig& agent, const std::string& entry,
                                     const std::vector<AgentConfig>& all) {
  AgentConfig found = agent;
  const std::size_t colon = entry.find(':');
  if (colon == std::string::npos) {
    const auto other = std::ranges::find(all, entry, &AgentConfig::name);
    if (other == all.end() || entry == agent.name) {
      return invalid("fallback '" + entry + "' is neither another agent's name nor PROVIDER:MODEL");
    }
    if (other->external) {
      return invalid("fallback '" + entry + "' is a program, which cannot take up a model's task");
    }
    found = *other;
  } else {
    found.provider = entry.substr(0, colon);
    found.model = entry.substr(colon + 1);
    if (!providers::provider_kind(found.provider) || found.model.empty()) {
      return invalid("fallback '" + entry +
                     "' is not PROVIDER:MODEL with a provider that is known");
    }
    // Another provider has another address and another key.
    if (found.provider != agent.provider) found.base_url = found.api_key_env = "";
  }
  found.name = agent.name;
  found.fallback.clear();
  return found;
}

}  // namespace coditect::app
