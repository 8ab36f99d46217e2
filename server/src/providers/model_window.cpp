#include "providers/model_window.h"

namespace coditect::providers {

namespace {

struct Row {
  std::string_view models;  ///< what their names begin with
  std::int64_t tokens;
};

/// The first that fits counts, so an exception stands before its family.
constexpr Row kRows[] = {
    {"claude-opus-4-5", 200'000}, {"claude-sonnet-4-5", 200'000}, {"claude-haiku-4-5", 200'000},
    {"claude-", 1'000'000},       {"gemini-", 1'048'576},         {"gpt-5.3", 400'000},
    {"gpt-5.", 1'050'000},        {"gpt-6", 1'050'000},           {"kimi-k2", 262'144},
    {"kimi-k3", 1'048'576},
};

}  // namespace

std::int64_t window_tokens(std::string_view model) {
  for (const Row& row : kRows) {
    if (model.starts_with(row.models)) return row.tokens;
  }
  return kUnknownWindowTokens;
}

}  // namespace coditect::providers
