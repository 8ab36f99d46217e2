#include "providers/request_bytes.h"

#include <variant>

#include "base/image_limits.h"

namespace coditect::providers {

namespace {

// Names, ids, brackets and marks that the widest dialect puts around each.
constexpr std::size_t kRequestFrame = 1'000;
constexpr std::size_t kToolFrame = 200;
constexpr std::size_t kBlockFrame = 300;

/// Of the text as a JSON string.
std::size_t string_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') ++bytes;
    if (static_cast<unsigned char>(byte) < 0x20) bytes += 5;  // \u001f
  }
  return bytes;
}

std::size_t object_bytes(const json::object& object) { return json::serialize(object).size(); }

std::size_t echo_bytes(const std::optional<VendorItem>& echo) {
  return echo ? object_bytes(echo->item) : 0;
}

struct BlockBytes {
  std::size_t operator()(const TextBlock& block) const {
    return string_bytes(block.text) + echo_bytes(block.echo);
  }
  std::size_t operator()(const ToolCall& call) const {
    // Some want the arguments as a string that holds JSON.
    return string_bytes(json::serialize(call.input)) + string_bytes(call.name) +
           string_bytes(call.id) + echo_bytes(call.echo);
  }
  std::size_t operator()(const ToolResult& result) const {
    return string_bytes(result.output) + string_bytes(result.name) + string_bytes(result.call_id);
  }
  std::size_t operator()(const Reasoning& block) const {
    return string_bytes(block.text) + echo_bytes(block.echo);
  }
  std::size_t operator()(const OpaqueBlock& block) const { return object_bytes(block.echo.item); }
  std::size_t operator()(const ImageBlock&) const { return limits::kImageTokensMax; }
};

}  // namespace

std::int64_t request_bytes(const ModelRequest& request) {
  std::size_t bytes = kRequestFrame + string_bytes(request.model) + string_bytes(request.system) +
                      string_bytes(request.cache_key);
  for (const std::string& stop : request.stop_sequences) bytes += string_bytes(stop) + 1;
  for (const ToolSpec& tool : request.tools) {
    bytes += kToolFrame + string_bytes(tool.name) + string_bytes(tool.description) +
             object_bytes(tool.input_schema);
  }
  for (const Turn& turn : request.turns) {
    for (const Block& block : turn.blocks) bytes += kBlockFrame + std::visit(BlockBytes{}, block);
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace coditect::providers
