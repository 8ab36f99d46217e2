#include "app/config.h"

#include "app/command_config.h"
#include "app/config_file.h"
#include "app/mcp_config.h"
#include "base/posix_file.h"

namespace coditect::app {

namespace {

constexpr std::chrono::seconds kStuckAfterMax = std::chrono::hours(24);

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
                       "takeover", "prices", "stuck_after_s", "shared_context"}));
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
  if (const toml::node* context = table.get("shared_context")) {
    const auto wanted = context->value_exact<bool>();
    if (!wanted) return bad(file, *context, "'shared_context' is neither true nor false");
    using workspace::SharedContext;
    config.shared_context = *wanted ? SharedContext::kGiven : SharedContext::kWithheld;
  }
  if (const toml::node* stuck = table.get("stuck_after_s")) {
    const auto seconds = stuck->value_exact<std::int64_t>();
    if (!seconds || *seconds < 1 || *seconds > kStuckAfterMax.count()) {
      return bad(file, *stuck, "'stuck_after_s' is no whole number from 1 to 86400");
    }
    config.stuck_after = std::chrono::seconds(*seconds);
  }
  TRY_VOID(take_text(file, table, "log_level", config.log_level));
  return take_texts(file, table, "hosts", config.hosts);
}

Result<void> take_locks(const std::filesystem::path& file, const toml::table& table,
                        locks::Ladder& ladder) {
  const std::pair<std::string_view, std::chrono::seconds*> keys[] = {
      {"message_after_s", &ladder.tell_after},
      {"revoke_idle_after_s", &ladder.revoke_after},
      {"ask_after_s", &ladder.ask_after},
      {"ask_again_after_s", &ladder.ask_again_after}};
  TRY_VOID(only_known(
      file, table, {"message_after_s", "revoke_idle_after_s", "ask_after_s", "ask_again_after_s"}));
  for (const auto& [key, rung] : keys) {
    const toml::node* value = table.get(key);
    if (value == nullptr) continue;
    const auto seconds = value->value_exact<std::int64_t>();
    if (!seconds || *seconds < 0 || *seconds > locks::kLadderMax.count()) {
      return bad(file, *value,
                 "'" + std::string(key) + "' is no whole number from 0, for never, to 86400");
    }
    *rung = std::chrono::seconds(*seconds);
  }
  return {};
}

}  // namespace

Result<void> load_config(const std::filesystem::path& file, Config& config) {
  TRY(std::string text, read_file(file));
  TRY(const toml::table root, parse(file, text));
  TRY_VOID(only_known(file, root,
                      {"server", "agents", "commands", "approvals", "locks", "embeddings", "mcp"}));
  if (const toml::node* server = root.get("server")) {
    if (!server->is_table()) return bad(file, *server, "[server] is no table");
    TRY_VOID(take_server(file, *server->as_table(), config));
  }
  if (const toml::node* commands = root.get("commands")) {
    if (!commands->is_table()) return bad(file, *commands, "[commands] is no table");
    TRY_VOID(take_commands(file, *commands->as_table(), config.commands, config.network));
  }
  if (const toml::node* approvals = root.get("approvals")) {
    if (!approvals->is_table()) return bad(file, *approvals, "[approvals] is no table");
    TRY_VOID(take_approvals(file, *approvals->as_table(), config.approvals));
  }
  if (const toml::node* locks = root.get("locks")) {
    if (!locks->is_table()) return bad(file, *locks, "[locks] is no table");
    TRY_VOID(take_locks(file, *locks->as_table(), config.ladder));
  }
  if (const toml::node* mcp = root.get("mcp")) {
    if (!mcp->is_table()) return bad(file, *mcp, "[mcp] is no table");
    TRY(config.mcp_programs, parse_mcp(file, *mcp->as_table()));
  }
  if (const toml::node* embeddings = root.get("embeddings")) {
    if (!embeddings->is_table()) return bad(file, *embeddings, "[embeddings] is no table");
    TRY(config.embeddings, parse_embeddings(file, *embeddings->as_table()));
  }
  const toml::node* agents = root.get("agents");
  if (agents == nullptr) return {};
  if (!agents->is_table()) return bad(file, *agents, "[agents] is no table");
  TRY(config.agents, parse_agents(file, *agents->as_table()));
  return {};
}

}  // namespace coditect::app
