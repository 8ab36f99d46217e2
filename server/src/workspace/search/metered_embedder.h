#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "coordination/budget/ledger.h"
#include "providers/embeddings/embedder.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// Whom the log and the cost view put embeddings down to.
inline constexpr std::string_view kEmbeddingsSpender = "embeddings";

/// Embeds texts within the workspace's budgets: what a request can cost at most is reserved before
/// it, durably, and what it did cost is in the log after it. Without a price nothing is reserved,
/// and where a budget holds nothing is asked, for nobody could promise anything.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it.
class MeteredEmbedder {
 public:
  struct Parts {
    EventLog& log;
    const budget::Ledger& ledger;
    providers::Embedder& embedder;
    const Clock& clock;
    Random& random;
  };

  explicit MeteredEmbedder(Parts parts) : parts_(parts) {}

  const providers::EmbeddingModel& model() const { return parts_.embedder.model(); }
  /// One vector for each text. Kind::kQuota where a budget has too little left.
  awaitable<providers::ProviderResult<std::vector<std::vector<float>>>> embed(
      std::vector<std::string> texts, std::stop_token stop);

 private:
  /// The reservation's id, "" where there is none to make.
  awaitable<Result<std::string>> reserve(const std::vector<std::string>& texts);
  awaitable<Result<void>> settle_failure(const std::string& reservation,
                                         const providers::ProviderError& error);
  awaitable<Result<void>> record(const std::string& reservation, std::int64_t tokens);

  const Parts parts_;
};

}  // namespace coditect::workspace
