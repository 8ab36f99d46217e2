#include "providers/model_answer.h"

namespace coditect::providers {

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::kEndTurn: return "end_turn";
    case StopReason::kToolUse: return "tool_use";
    case StopReason::kMaxTokens: return "max_tokens";
    case StopReason::kStopSequence: return "stop_sequence";
    case StopReason::kRefusal: return "refusal";
    case StopReason::kContentFilter: return "content_filter";
    case StopReason::kContextExceeded: return "context_exceeded";
    case StopReason::kPause: return "pause";
  }
  return "end_turn";
}

std::optional<StopReason> stop_reason(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(StopReason::kPause); ++i) {
    if (to_string(static_cast<StopReason>(i)) == name) return static_cast<StopReason>(i);
  }
  return std::nullopt;
}

Usage total(const std::vector<BilledRequest>& billed) {
  Usage sum;
  for (const BilledRequest& request : billed) sum += request.usage;
  return sum;
}

Usage ModelAnswer::usage() const { return total(billed); }

}  // namespace coditect::providers
