#include "app/config.h"

#include <toml++/toml.h>

#include <set>

#include "base/limits.h"
#include "base/posix_file.h"
#include "providers/provider_kind.h"

namespace coditect::app {

namespace {

Error bad(const std::filesystem::path& file, const toml::node& node, const std::string& what) {
  return invalid(file.string() + ":" + std::to_string(node.source().begin.line) + ": " + what,
                 "docs/operations/configuration.md lists what may stand there");
}

Result<void> only_known(const std::filesystem::path& file, const toml::table& table,
                        const std::set<std::string_view>& known) {
  for (const auto& [key, node] : table) {
    if (!known.contains(key.str())) {
      return bad(file, node, "'" + std::string(key.str()) + "' is not known here");
    }
  }
  return {};
}

Result<void> take_text(const std::filesystem::path& file, const toml::table& table,
                       std::string_view key, std::string& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto text = node->value_exact<std::string>();
  if (!text) return bad(file, *node, "'" + std::string(key) + "' is not a string");
  into = *text;
  return {};
}

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

Result<AgentConfig> parse_agent(const std::filesystem::path& file, std::string_view name,
                                const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return bad(file, node, "[agents." + std::string(name) + "] is no table");
  if (!is_agent_name(name)) {
    return bad(file, node, "'" + std::string(name) + "' is no agent's name: use a-z, 0-9, - and _");
  }
  TRY_VOID(only_known(file, *table, {"provider", "model", "base_url", "api_key_env"}));
  AgentConfig agent;
  agent.name = name;
  TRY_VOID(take_text(file, *table, "provider", agent.provider));
  TRY_VOID(take_text(file, *table, "model", agent.model));
  TRY_VOID(take_text(file, *table, "base_url", agent.base_url));
  TRY_VOID(take_text(file, *table, "api_key_env", agent.api_key_env));
  if (!providers::provider_kind(agent.provider)) {
    return bad(file, node,
               "provider '" + agent.provider +
                   "' is not anthropic, gemini, openai, moonshot or openai-compatible");
  }
  if (agent.model.empty()) return bad(file, node, "'model' is missing");
  return agent;
}

Result<toml::table> parse(const std::filesystem::path& file, const std::string& text) {
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    return invalid(file.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

Result<void> take_server(const std::filesystem::path& file, const toml::table& table,
                         Config& config) {
  TRY_VOID(only_known(file, table,
                      {"listen", "data", "user", "hosts", "log_level", "store", "mirror", "node",
                       "takeover", "prices"}));
  TRY_VOID(take_text(file, table, "listen", config.listen));
  std::string data = config.data.string();
  TRY_VOID(take_text(file, table, "data", data));
  config.data = data;
  TRY_VOID(take_text(file, table, "user", config.user));
  TRY_VOID(take_text(file, table, "store", config.store));
  if (config.store == "none") {
    config.store.clear();
    config.copies = Config::Copies::kNone;
  }
  TRY_VOID(take_text(file, table, "mirror", config.mirror));
  TRY_VOID(take_text(file, table, "node", config.node));
  std::string prices = config.prices.string();
  TRY_VOID(take_text(file, table, "prices", prices));
  config.prices = prices;
  if (const toml::node* takeover = table.get("takeover")) {
    const auto wanted = takeover->value_exact<bool>();
    if (!wanted) return bad(file, *takeover, "'takeover' is neither true nor false");
    config.takeover = *wanted ? Config::Takeover::kAutomatic : Config::Takeover::kNever;
  }
  TRY_VOID(take_text(file, table, "log_level", config.log_level));
  const toml::node* hosts = table.get("hosts");
  if (hosts == nullptr) return {};
  if (!hosts->is_array()) return bad(file, *hosts, "'hosts' is not an array of strings");
  for (const toml::node& host : *hosts->as_array()) {
    const auto text = host.value_exact<std::string>();
    if (!text) return bad(file, host, "'hosts' is not an array of strings");
    config.hosts.push_back(*text);
  }
  return {};
}

}  // namespace

std::vector<AgentConfig> default_agents() {
  return {{"claude", "anthropic", "claude-opus-5-5", {}, {}},
          {"gemini", "gemini", "gemini-4-argon", {}, {}},
          {"codex", "openai", "gpt-6.1-sol", {}, {}},
          {"kimi", "moonshot", "kimi-k3.1-pro", {}, {}}};
}

Result<void> load_config(const std::filesystem::path& file, Config& config) {
  TRY(std::string text, read_file(file));
  TRY(const toml::table root, parse(file, text));
  TRY_VOID(only_known(file, root, {"server", "agents"}));
  if (const toml::node* server = root.get("server")) {
    if (!server->is_table()) return bad(file, *server, "[server] is no table");
    TRY_VOID(take_server(file, *server->as_table(), config));
  }
  const toml::node* agents = root.get("agents");
  if (agents == nullptr) return {};
  if (!agents->is_table()) return bad(file, *agents, "[agents] is no table");
  config.agents.clear();
  for (const auto& [name, node] : *agents->as_table()) {
    TRY(AgentConfig agent, parse_agent(file, name.str(), node));
    config.agents.push_back(std::move(agent));
  }
  return {};
}

}  // namespace coditect::app
