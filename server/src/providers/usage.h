#pragma once

#include <cstdint>
#include <string>

namespace coditect::providers {

/// Tokens that a vendor bills, in one meaning for all of them.
///
/// Invariants: `input` excludes what came from or went into the cache; `output` includes
/// `reasoning`. So the prompt's size is prompt() and nothing is counted twice.
struct Usage {
  std::int64_t input = 0;
  std::int64_t cached = 0;             ///< read from the vendor's prompt cache
  std::int64_t cache_write_short = 0;  ///< written at the normal rate (Anthropic's 5 minutes)
  std::int64_t cache_write_long = 0;   ///< written to be kept longer (Anthropic's 1 hour)
  std::int64_t output = 0;
  std::int64_t reasoning = 0;

  std::int64_t cache_write() const { return cache_write_short + cache_write_long; }
  std::int64_t prompt() const { return input + cached + cache_write(); }
  bool empty() const { return prompt() == 0 && output == 0; }

  Usage& operator+=(const Usage& other) {
    input += other.input;
    cached += other.cached;
    cache_write_short += other.cache_write_short;
    cache_write_long += other.cache_write_long;
    output += other.output;
    reasoning += other.reasoning;
    return *this;
  }
  bool operator==(const Usage&) const = default;
};

/// One request as the vendor bills it. A single call can be several: a Gemini answer that goes on
/// in further requests, a compaction on Anthropic's side, an attempt that broke and was repeated.
/// Price tiers look at each alone.
struct BilledRequest {
  std::string model;         ///< the model that served it
  std::string service_tier;  ///< as the vendor named it; "" where it did not
  Usage usage;
  std::string region = {};        ///< where it was served, if that has a price of its own
  std::int64_t web_searches = 0;  ///< by the vendor's own tool; each has a price
  bool operator==(const BilledRequest&) const = default;
};

}  // namespace coditect::providers
