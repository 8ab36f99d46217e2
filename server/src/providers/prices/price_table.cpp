#include "providers/prices/price_table.h"

// Sources: the vendors' price pages, an MIT-licensed table published 2026-11-10 and, for the two
// doublings ahead, the announcements they rest on. State: 2026-11-20.

namespace coditect::providers {

namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr sys_days kAlways{};
constexpr sys_days kSonnetCachePriceCut = year{2026} / 10 / 7;
constexpr sys_days kArgonIntroductionEnds = year{2026} / 12 / 1;
constexpr sys_days kFlashIntroductionEnds = year{2027} / 1 / 1;

/// Anthropic and Moonshot: writes that are kept for an hour cost twice the input.
constexpr Rates cached_by_time(std::int64_t input, std::int64_t output, std::int64_t cached,
                               std::int64_t cache_write) {
  return {input, output, cached, cache_write, 2 * input};
}
/// OpenAI since generation 5.6: every write costs the same.
constexpr Rates written(std::int64_t input, std::int64_t output, std::int64_t cached,
                        std::int64_t cache_write) {
  return {input, output, cached, cache_write, cache_write};
}
/// Writing to the cache costs what sending the input costs.
constexpr Rates free_writes(std::int64_t input, std::int64_t output, std::int64_t cached) {
  return {input, output, cached, input, input};
}
/// OpenAI's price of a long prompt: input and cache doubled, output half more.
constexpr Rates long_prompt(Rates rates) {
  return {2 * rates.input, rates.output * 3 / 2, 2 * rates.cached, 2 * rates.cache_write_short,
          2 * rates.cache_write_long};
}
constexpr std::int64_t kOpenAiLongPrompt = 272'000;
constexpr PriceRow openai(std::string_view model, Rates rates) {
  return {model, kAlways, rates, kOpenAiLongPrompt, long_prompt(rates)};
}

constexpr PriceRow kPrices[] = {
    // model, from, {in, out, cached, write}, and the same above a prompt's length
    {"claude-fable-5-2", kAlways, cached_by_time(8000, 40000, 200, 10000)},
    {"claude-fable-5-1", kAlways, cached_by_time(10000, 50000, 250, 12500)},
    {"claude-opus-5-5", kAlways, cached_by_time(4000, 20000, 200, 5000)},
    {"claude-opus-5", kAlways, cached_by_time(5000, 25000, 500, 6250)},
    {"claude-opus-4-8", kAlways, cached_by_time(5000, 25000, 500, 6250)},
    {"claude-opus-4-7", kAlways, cached_by_time(5000, 25000, 500, 6250)},
    {"claude-opus-4-6", kAlways, cached_by_time(5000, 25000, 500, 6250)},
    {"claude-opus-4-5", kAlways, cached_by_time(5000, 25000, 500, 6250)},
    {"claude-sonnet-5-5", kAlways, cached_by_time(2000, 10000, 200, 2500)},
    {"claude-sonnet-5-5", kSonnetCachePriceCut, cached_by_time(2000, 10000, 100, 2500)},
    {"claude-sonnet-5", kAlways, cached_by_time(2000, 10000, 200, 2500)},
    {"claude-sonnet-4-6", kAlways, cached_by_time(3000, 15000, 300, 3750)},
    {"claude-sonnet-4-5", kAlways, cached_by_time(3000, 15000, 300, 3750)},
    {"claude-haiku-5-5", kAlways, cached_by_time(100, 500, 10, 125), 100'000,
     cached_by_time(500, 2500, 50, 625)},
    {"claude-haiku-4-5", kAlways, cached_by_time(1000, 5000, 100, 1250)},

    openai("gpt-6-astra", written(10000, 50000, 1000, 12500)),
    openai("gpt-6.1-sol", written(2000, 10000, 100, 2500)),
    openai("gpt-6-sol", written(2000, 10000, 200, 2500)),
    openai("gpt-6.1-terra", written(1000, 5000, 50, 1250)),
    openai("gpt-6-luna", written(100, 500, 10, 125)),
    openai("gpt-5.6-sol", written(4000, 20000, 400, 5000)),
    openai("gpt-5.6-terra", written(2000, 12000, 200, 2500)),
    openai("gpt-5.6-luna", written(200, 1200, 20, 250)),
    openai("gpt-5.5", free_writes(5000, 30000, 500)),
    openai("gpt-5.4", free_writes(2500, 15000, 250)),
    {"gpt-5.3-codex", kAlways, free_writes(1750, 14000, 175)},

    {"gemini-4-argon", kAlways, free_writes(2000, 10000, 100)},
    {"gemini-4-argon", kArgonIntroductionEnds, free_writes(4000, 20000, 200)},
    {"gemini-4-carbon", kAlways, free_writes(2000, 10000, 100)},
    {"gemini-4-carbon", kArgonIntroductionEnds, free_writes(4000, 20000, 200)},
    {"gemini-4-hydrogen", kAlways, free_writes(1500, 7500, 75)},
    {"gemini-3.8-flash", kAlways, free_writes(750, 3750, 75)},
    {"gemini-3.8-flash", kFlashIntroductionEnds, free_writes(1500, 7500, 150)},
    {"gemini-3.7-flash", kAlways, free_writes(750, 3750, 75)},
    {"gemini-3.7-flash", kFlashIntroductionEnds, free_writes(1500, 7500, 150)},
    {"gemini-3.6-flash", kAlways, free_writes(750, 3750, 75)},
    {"gemini-3.6-flash", kFlashIntroductionEnds, free_writes(1500, 7500, 150)},
    {"gemini-3.5-flash", kAlways, free_writes(1500, 9000, 150)},
    {"gemini-3.5-flash-lite", kAlways, free_writes(300, 2500, 30)},
    {"gemini-3.1-pro-preview", kAlways, free_writes(2000, 12000, 200), 200'000,
     free_writes(4000, 18000, 400)},
    {"gemini-2.5-pro", kAlways, free_writes(1250, 10000, 125), 200'000,
     free_writes(2500, 15000, 250)},
    {"gemini-2.5-flash", kAlways, free_writes(300, 2500, 30)},

    // Sources differ on Moonshot's cache writes (0 or the input's price); the dearer is taken.
    {"kimi-k3.1-pro", kAlways, cached_by_time(2000, 10000, 200, 2000)},
    {"kimi-k3.1-pro-highspeed", kAlways, cached_by_time(4000, 20000, 200, 4000)},
    {"kimi-k3", kAlways, free_writes(3000, 15000, 300)},
    {"kimi-k2.7-code", kAlways, free_writes(950, 4000, 190)},
    {"kimi-k2.7-code-highspeed", kAlways, free_writes(1900, 8000, 380)},
    {"kimi-k2.6", kAlways, free_writes(950, 4000, 160)},
    {"kimi-k2.5", kAlways, free_writes(600, 3000, 100)},
};

constexpr TierRow kTiers[] = {
    {"claude-", "standard", 100}, {"claude-", "batch", 50},   {"claude-", "fast", 200},
    {"gpt-", "default", 100},     {"gpt-", "auto", 100},      {"gpt-", "flex", 50},
    {"gpt-", "priority", 200},    {"gpt-", "fast", 200},      {"gemini-", "standard", 100},
    {"kimi-", "default", 100},    {"kimi-", "standard", 100},
};

}  // namespace

std::span<const PriceRow> price_rows() { return kPrices; }
std::span<const TierRow> tier_rows() { return kTiers; }

}  // namespace coditect::providers
