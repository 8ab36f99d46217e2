#pragma once

#include <string>
#include <vector>

#include "providers/stream_listener.h"
#include "providers/transcript.h"

namespace coditect::providers {

/// Keeps what a call tells its listener, for tests.
class Heard final : public StreamListener {
 public:
  void on_text(std::string_view delta) override { text += delta; }
  void on_tool_call(std::string_view id, std::string_view name) override {
    calls.push_back(std::string(id) + " " + std::string(name));
  }
  void on_retry(const Retry& retry) override {
    retries.push_back(std::to_string(retry.attempt) + " " +
                      std::string(to_string(retry.error.kind)));
    text.clear();
    calls.clear();
  }

  void on_continuation() override { ++continuations; }

  std::string text;
  std::vector<std::string> calls;
  std::vector<std::string> retries;
  int continuations = 0;
};

/// One line per block: "text: …", "call ID NAME {…}", "reasoning: …", each followed by " <- {…}"
/// where it has an item to send back; "opaque <- {…}".
inline std::vector<std::string> describe(const Turn& turn) {
  const auto echo = [](const std::optional<VendorItem>& item) {
    return item && !item->item.empty() ? " <- " + json::serialize(item->item) : std::string();
  };
  std::vector<std::string> lines;
  for (const Block& block : turn.blocks) {
    if (const auto* text = std::get_if<TextBlock>(&block)) {
      const std::string phase = text->phase.empty() ? "" : "[" + text->phase + "]";
      lines.push_back("text" + phase + ": " + text->text + echo(text->echo));
    } else if (const auto* call = std::get_if<ToolCall>(&block)) {
      lines.push_back("call " + call->id + " " + call->name + " " + json::serialize(call->input) +
                      echo(call->echo));
    } else if (const auto* reasoning = std::get_if<Reasoning>(&block)) {
      lines.push_back("reasoning: " + reasoning->text + echo(reasoning->echo));
    } else if (const auto* opaque = std::get_if<OpaqueBlock>(&block)) {
      lines.push_back("opaque <- " + json::serialize(opaque->echo.item));
    } else {
      lines.push_back("result of " + std::get<ToolResult>(block).call_id);
    }
  }
  return lines;
}

}  // namespace coditect::providers
