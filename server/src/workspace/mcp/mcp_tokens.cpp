#include "workspace/mcp/mcp_tokens.h"

namespace coditect::workspace {

namespace {

/// A server's name as the store takes one; different for different servers.
std::string key_of(const std::string& server) {
  std::string key = "MCP_";
  for (const char c : server) {
    key += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return key;
}

}  // namespace

awaitable<Result<std::optional<mcp::oauth::Tokens>>> McpTokens::load(std::string server) const {
  if (secrets_ == nullptr) co_return std::optional<mcp::oauth::Tokens>();
  auto look = [this, key = key_of(server)] { return secrets_->values(place_, {key}); };
  auto values = co_await pool_.run(std::move(look));
  if (!values && values.error().code == Errc::kNotFound) {
    co_return std::optional<mcp::oauth::Tokens>();
  }
  if (!values) co_return std::move(values).error();
  CO_TRY(const json::object object, parse_json_object(values->front().value));
  CO_TRY(mcp::oauth::Tokens tokens, mcp::oauth::Tokens::from_json(object));
  co_return std::optional(std::move(tokens));
}

awaitable<Result<void>> McpTokens::save(std::string server, mcp::oauth::Tokens tokens, Time now) {
  if (secrets_ == nullptr) co_return unavailable("this server keeps no secrets");
  auto keep = [this, key = key_of(server), now, text = json::serialize(tokens.to_json())] {
    return secrets_->set(place_, {key, now, "system"}, text);
  };
  co_return co_await pool_.run(std::move(keep));
}

awaitable<Result<void>> McpTokens::forget(std::string server) {
  if (secrets_ == nullptr) co_return Result<void>{};
  auto remove = [this, key = key_of(server)] { return secrets_->remove(place_, key); };
  auto removed = co_await pool_.run(std::move(remove));
  if (!removed && removed.error().code != Errc::kNotFound) co_return std::move(removed).error();
  co_return Result<void>{};
}

}  // namespace coditect::workspace
