#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/transcript.h"
#include "providers/usage.h"

namespace coditect::providers {

/// Why the model stopped.
enum class StopReason {
  kEndTurn,
  kToolUse,    ///< run the calls and send their results
  kMaxTokens,  ///< max_output_tokens is spent; a call cut off midway is left out
  kStopSequence,
  kRefusal,          ///< the model will not; stop_detail says why
  kContentFilter,    ///< the vendor's filter cut the answer or refused the prompt
  kContextExceeded,  ///< the model's window is full
  kPause,            ///< send the transcript again, with this turn, to let it go on
};

std::string_view to_string(StopReason reason);
/// The reason of that name; nothing for any other text.
std::optional<StopReason> stop_reason(std::string_view name);

/// A complete answer.
struct ModelAnswer {
  Turn turn{Role::kAssistant, {}};
  StopReason stop = StopReason::kEndTurn;
  std::string stop_detail;  ///< the vendor's own words; "" where it has none
  std::string model;        ///< the model that answered; may be more exact than the one asked
  std::string request_id;
  std::int64_t prompt_tokens = 0;  ///< size of the prompt, for the context's limit
  std::vector<BilledRequest> billed;

  /// The sum of what was billed.
  Usage usage() const;
};

Usage total(const std::vector<BilledRequest>& billed);

}  // namespace coditect::providers
