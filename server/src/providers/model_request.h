#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "providers/transcript.h"

namespace coditect::providers {

/// How hard the model should think; each adapter maps it to the nearest its model accepts.
enum class Effort { kNone, kMinimal, kLow, kMedium, kHigh, kXHigh, kMax };

std::string_view to_string(Effort effort);

/// How long a vendor that lets its callers choose should keep a prompt's prefix.
enum class CacheLife {
  kShort,  ///< Anthropic's five minutes, renewed by every use
  kLong,   ///< its hour, which costs more to write
};

/// A tool that the model may call.
struct ToolSpec {
  std::string name;  ///< [a-zA-Z_][a-zA-Z0-9_-]{2,63}, the narrowest rule among the vendors
  std::string description;
  json::object input_schema;  ///< JSON Schema of an object
};

/// One call of a model.
///
/// Invariants: every ToolCall of an assistant turn has its ToolResult in the user turn after it;
///             vendors refuse the request otherwise.
struct ModelRequest {
  std::string model = {};
  std::string system = {};
  std::vector<Turn> turns = {};
  std::vector<ToolSpec> tools = {};
  std::int64_t max_output_tokens = 32'000;      ///< includes what the model thinks
  std::optional<Effort> effort = std::nullopt;  ///< nothing: the vendor's default
  std::string cache_key = {};                   ///< calls that share a prefix share a key
  std::vector<std::string> stop_sequences = {};
  CacheLife prefix_life = CacheLife::kShort;  ///< of tools and system prompt
  CacheLife turns_life = CacheLife::kShort;   ///< of the turns; kLong makes the prefix kLong too
};

}  // namespace coditect::providers
