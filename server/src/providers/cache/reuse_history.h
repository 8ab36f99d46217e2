#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "base/clock.h"
#include "providers/model_request.h"

namespace coditect::providers {

/// What part of a prompt is asked about: it matters how much of it is new with every call.
enum class PromptPart { kPrefix, kTurns };

/// Remembers when prompts with one beginning came, and says how long the next should be kept.
///
/// A prompt that is kept five minutes costs 1.25 of its price to write, one that is kept an hour
/// costs 2, reading either 0.1. After a pause of at most five minutes either is still there; after
/// one of five minutes to an hour only the second is, which saves 1.25 - 0.1; after a longer one
/// neither, and the second has cost 2 - 1.25 more, as it has for what was new in each call. So the
/// hour is worth it where, of the last pauses, (middle ones) * 1.15 > (long ones + new share) *
/// 0.75. Nothing is new in tools and system prompt; of a task's turns about a tenth is.
///
/// Threads: one at a time.
class ReuseHistory {
 public:
  /// Notes a prompt that begins with what `key` stands for.
  CacheLife note(const std::string& key, PromptPart part, SteadyTime now);

 private:
  enum class Pause { kShort, kMiddle, kLong };
  struct Seen {
    SteadyTime last;
    std::deque<Pause> pauses;  ///< the last kPausesMax
  };

  void forget_oldest();

  std::map<std::string, Seen> seen_;
};

}  // namespace coditect::providers
