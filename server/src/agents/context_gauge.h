#pragma once

#include <cstdint>

namespace coditect::agents {

/// How full a model's window is. The vendor counts a prompt's tokens only once it has been sent, so
/// the next one is estimated: what was counted, and a third of a token for each byte added since.
///
/// Pure. An estimate, unlike PromptBound: too low, and the vendor refuses the prompt.
class ContextGauge {
 public:
  /// The vendor counted `tokens` in a request of `bytes`; 0 where it did not say.
  void learn(std::int64_t bytes, std::int64_t tokens);
  /// Tokens of a request of `bytes`. Of one that is shorter than what was counted, its share.
  std::int64_t estimate(std::int64_t bytes) const;
  /// Whether a prompt of `tokens` leaves too little of the window for an answer.
  static bool is_near(std::int64_t tokens, std::int64_t output_tokens, std::int64_t window_tokens);

  /// Whether a compaction of a prompt of `before` tokens to `after` tokens was worth it.
  static bool is_enough(std::int64_t before, std::int64_t after);
  /// The conversation was compacted when it had `before` tokens.
  void compacted(std::int64_t before);
  /// Whether the vendor has counted the prompt since the last compaction, and found it not much
  /// shorter: another one would not help either.
  bool is_stuck() const;

 private:
  std::int64_t counted_bytes_ = 0;
  std::int64_t counted_tokens_ = 0;
  std::int64_t compacted_from_ = 0;  ///< tokens before the last compaction; 0: there was none
  std::int64_t counted_after_ = 0;   ///< as the vendor first counted after it; 0: not yet
};

}  // namespace coditect::agents
