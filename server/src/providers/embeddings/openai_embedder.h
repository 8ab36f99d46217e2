#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "providers/embeddings/embedder.h"
#include "providers/wire/http_client.h"

namespace coditect::providers {

struct EmbedderConfig {
  std::string base_url;  ///< ends in /v1
  std::string api_key;   ///< "" sends none
  EmbeddingModel model;
  ProxySettings proxy = {};
};

/// Speaks OpenAI's POST /v1/embeddings, as many servers do.
///
/// Threads:    as Embedder.
/// Lifetime:   `clock` outlives it.
/// Invariants: the key leaves only in its header; no error holds it.
class OpenAiEmbedder final : public Embedder {
 public:
  /// Errc::kInvalid for an address, a proxy or a key that cannot be used.
  static Result<std::unique_ptr<Embedder>> create(const EmbedderConfig& config, const Clock& clock);

  OpenAiEmbedder(EmbeddingModel model, std::string api_key, std::unique_ptr<HttpClient> client,
                 const Clock& clock)
      : model_(std::move(model)),
        api_key_(std::move(api_key)),
        client_(std::move(client)),
        clock_(clock) {}

  const EmbeddingModel& model() const override { return model_; }
  awaitable<ProviderResult<Embedded>> embed(std::vector<std::string> texts,
                                            std::stop_token stop) override;

 private:
  awaitable<ProviderResult<Embedded>> ask(const std::vector<std::string>& texts,
                                          std::stop_token stop);

  const EmbeddingModel model_;
  const std::string api_key_;
  const std::unique_ptr<HttpClient> client_;
  const Clock& clock_;
};

/// The body of a request. Pure.
json::object embedding_request(const EmbeddingModel& model, const std::vector<std::string>& texts);
/// What an answer of status 200 says of `count` texts. Pure.
ProviderResult<Embedded> parse_embeddings(std::string_view body, std::size_t count, int dimensions);

}  // namespace coditect::providers
