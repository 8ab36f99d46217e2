#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "async/strand.h"
#include "base/money.h"
#include "providers/provider_error.h"

namespace coditect::providers {

/// What turns texts into vectors.
struct EmbeddingModel {
  std::string name;
  std::string origin = {};  ///< where it is asked; the same name elsewhere may be another model
  int dimensions = 0;       ///< of every vector; 0: as many as the model gives
  bool simulated = false;
  std::optional<Nanodollars> token_price = std::nullopt;  ///< nothing where none is configured
};

/// The answer to one request.
struct Embedded {
  std::vector<std::vector<float>> vectors;  ///< one for each text, in their order
  std::int64_t tokens = 0;                  ///< as the endpoint counted them
};

/// An endpoint for embeddings. One request a call: whoever calls decides about another.
///
/// Threads:  embed() is awaited on a strand, any number at once.
/// Lifetime: outlives its calls.
class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual const EmbeddingModel& model() const = 0;
  /// Kind::kMalformed for an answer that has not one vector of the right length for each text.
  virtual awaitable<ProviderResult<Embedded>> embed(std::vector<std::string> texts,
                                                    std::stop_token stop) = 0;
};

}  // namespace coditect::providers
