#include "app/embedding_config.h"

#include <cmath>

#include "app/config_file.h"
#include "base/posix_file.h"

namespace coditect::app {

namespace {

constexpr std::int64_t kDimensionsMax = 4096;
constexpr double kUsdPerMillionMax = 1'000;
constexpr double kNanodollarsPerToken = 1'000;  // of a dollar for a million tokens

Result<void> take_dimensions(const std::filesystem::path& file, const toml::table& table,
                             int& into) {
  const toml::node* node = table.get("dimensions");
  if (node == nullptr) return {};
  const auto number = node->value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > kDimensionsMax) {
    return bad(file, *node, "'dimensions' is no whole number from 1 to 4096");
  }
  into = static_cast<int>(*number);
  return {};
}

Result<void> take_price(const std::filesystem::path& file, const toml::table& table,
                        std::optional<Nanodollars>& into) {
  const toml::node* node = table.get("usd_per_million_tokens");
  if (node == nullptr) return {};
  const auto usd = node->is_number() ? node->value<double>() : std::nullopt;
  if (!usd || !(*usd >= 0) || *usd > kUsdPerMillionMax) {
    return bad(file, *node, "'usd_per_million_tokens' is no amount from 0 to 1000");
  }
  into = std::llround(*usd * kNanodollarsPerToken);
  return {};
}

}  // namespace

Result<EmbeddingConfig> parse_embeddings(const std::filesystem::path& file,
                                         const toml::table& table) {
  TRY_VOID(only_known(file, table,
                      {"base_url", "model", "api_key_env", "api_key_file", "dimensions",
                       "usd_per_million_tokens"}));
  EmbeddingConfig config;
  TRY_VOID(take_text(file, table, "base_url", config.base_url));
  TRY_VOID(take_text(file, table, "model", config.model));
  TRY_VOID(take_text(file, table, "api_key_env", config.api_key_env));
  std::string key_file;
  TRY_VOID(take_text(file, table, "api_key_file", key_file));
  config.api_key_file = key_file;
  TRY_VOID(take_dimensions(file, table, config.dimensions));
  TRY_VOID(take_price(file, table, config.token_price));
  if (config.model.empty()) return bad(file, table, "'model' of [embeddings] is missing");
  if (config.base_url.empty()) return bad(file, table, "'base_url' of [embeddings] is missing");
  if (!key_file.empty() && table.contains("api_key_env")) {
    return bad(file, table, "[embeddings] has both 'api_key_env' and 'api_key_file'");
  }
  return config;
}

Result<std::string> embeddings_key(const EmbeddingConfig& config, const Environment& environment) {
  if (config.api_key_file.empty()) return environment.find(config.api_key_env).value_or("");
  std::error_code error;
  const auto mode = std::filesystem::status(config.api_key_file, error).permissions();
  using std::filesystem::perms;
  if (!error && (mode & (perms::group_all | perms::others_all)) != perms::none) {
    return invalid(config.api_key_file.string() + " can be read by others",
                   "chmod 600 " + config.api_key_file.string());
  }
  TRY(std::string key, read_file(config.api_key_file));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  return key;
}

}  // namespace coditect::app
