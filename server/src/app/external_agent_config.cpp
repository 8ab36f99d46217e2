#include "app/external_agent_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "app/config_file.h"
#include "providers/provider_kind.h"

namespace coditect::app {

namespace {

/// Whether a variable's name or value is a key's: such names end so with all vendors.
bool looks_like_a_key(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 6> kEnds{"_KEY",      "_TOKEN",       "_SECRET",
                                                  "_PASSWORD", "_CREDENTIALS", "APIKEY"};
  constexpr std::array<std::string_view, 4> kBegins{"sk-", "AIza", "ghp_", "xox"};
  const bool named = std::ranges::any_of(kEnds, [name](auto end) { return name.ends_with(end); });
  return named ||
         std::ranges::any_of(kBegins, [value](auto begin) { return value.starts_with(begin); });
}

bool is_variable(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !name.starts_with("LD_") && std::ranges::all_of(name, fits);
}

Result<void> take_environment(const std::filesystem::path& file, const toml::table& table,
                              ExternalAgentConfig& agent) {
  const toml::node* node = table.get("env");
  if (node == nullptr) return {};
  const toml::table* variables = node->as_table();
  if (variables == nullptr) return bad(file, *node, "'env' is no table of variables");
  for (const auto& [key, value] : *variables) {
    const std::string name(key.str());
    const auto text = value.value_exact<std::string>();
    if (!text) return bad(file, value, "the variable '" + name + "' is no text");
    if (!is_variable(name)) return bad(file, value, "the variable '" + name + "' cannot be set");
    if (looks_like_a_key(name, *text)) {
      return bad(file, value,
                 "the variable '" + name +
                     "' looks like a key, and what is here any agent can read: set it in the "
                     "server's own environment, and name the vendor in 'models'");
    }
    agent.environment.emplace_back(name, *text);
  }
  return {};
}

/// One folder, or several.
Result<void> take_programs(const std::filesystem::path& file, const toml::table& table,
                           ExternalAgentConfig& agent) {
  const toml::node* node = table.get("programs");
  if (node == nullptr) return {};
  if (const auto one = node->value_exact<std::string>()) {
    agent.programs = {*one};
  } else {
    TRY_VOID(take_texts(file, table, "programs", agent.programs));
  }
  for (const std::string& folder : agent.programs) {
    const std::filesystem::path path(folder);
    if (!path.is_absolute() || path.lexically_normal() == "/") {
      return bad(file, *node, "'programs' names a folder by its whole path, and not all of them");
    }
  }
  return {};
}

}  // namespace

Result<ExternalAgentConfig> parse_external_agent(const std::filesystem::path& file,
                                                 const toml::table& table) {
  ExternalAgentConfig agent;
  TRY_VOID(take_texts(file, table, "command", agent.command));
  if (agent.command.empty() || agent.command.front().empty()) {
    return bad(file, table, "'command' is missing: the program and its arguments, as a list");
  }
  TRY_VOID(take_programs(file, table, agent));
  TRY_VOID(take_environment(file, table, agent));
  TRY_VOID(take_text(file, table, "mode", agent.mode));
  TRY_VOID(take_text(file, table, "auth_method", agent.auth_method));
  TRY_VOID(take_text(file, table, "models", agent.models));
  if (!agent.models.empty() && !providers::provider_kind(agent.models)) {
    return bad(file, *table.get("models"),
               "models '" + agent.models +
                   "' is not anthropic, gemini, openai, moonshot or openai-compatible");
  }
  // Where nothing else is said, a program is shown with the folder that it is in.
  const std::filesystem::path program(agent.command.front());
  if (agent.programs.empty() && program.is_absolute() &&
      !agent.command.front().starts_with("/usr/")) {
    agent.programs = {program.parent_path().string()};
  }
  return agent;
}

}  // namespace coditect::app
