#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/environment.h"
#include "base/money.h"
#include "base/result.h"

namespace coditect::app {

/// Where texts are embedded for semantic search, as [embeddings] of coditect.toml says it.
struct EmbeddingConfig {
  std::string base_url;  ///< of an API like OpenAI's; ends in /v1
  std::string model;
  std::string api_key_env = "EMBEDDINGS_API_KEY";  ///< the variable that holds the key
  std::filesystem::path api_key_file;              ///< a file that holds it instead; empty: none
  int dimensions = 0;                              ///< 0: as many as the model gives
  std::optional<Nanodollars> token_price;          ///< nothing: unknown
};

/// Errc::kInvalid names the line.
Result<EmbeddingConfig> parse_embeddings(const std::filesystem::path& file,
                                         const toml::table& table);

/// The key, "" where there is none. Errc::kInvalid for a file that others may read.
Result<std::string> embeddings_key(const EmbeddingConfig& config, const Environment& environment);

}  // namespace coditect::app
