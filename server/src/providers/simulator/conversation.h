#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/simulator/picture.h"

namespace coditect::simulator {

enum class Vendor { kAnthropic, kGemini, kOpenai, kMoonshot };

/// "anthropic", "gemini", "openai", "moonshot", as coditect.toml names them.
std::string_view to_string(Vendor vendor);

struct ToolCall {
  std::string id;
  std::string name;
  json::object input;
  bool operator==(const ToolCall&) const = default;
};

struct ToolOutcome {
  std::string call_id;
  std::string text;
  bool is_error = false;
};

enum class Role { kUser, kAssistant };

/// What one side said until the other side spoke.
struct Turn {
  Role role = Role::kUser;
  std::string text;                   ///< pieces joined by newlines
  std::vector<ToolCall> calls;        ///< of the assistant
  std::vector<ToolOutcome> outcomes;  ///< of the user's side
  std::vector<Picture> pictures;      ///< of the user's side
};

enum class Delivery { kWhole, kStream };

/// A request, in the terms that all four vendors share.
struct Prompt {
  Vendor vendor = Vendor::kAnthropic;
  std::string model;
  std::vector<Turn> turns;         ///< roles alternate
  std::vector<std::string> tools;  ///< names offered
  std::size_t other_bytes = 0;     ///< system prompt and tool descriptions, for counting tokens
  Delivery delivery = Delivery::kWhole;
  bool wants_thinking = false;     ///< the answer shows that the model thought
  bool wants_usage_chunk = false;  ///< Moonshot: a last chunk that holds only the usage
  bool takes_hops = false;         ///< Gemini 4: an answer may take several requests
  std::string continuation;        ///< the token that asks for the rest of an answer; "" for none
  std::optional<json::object> schema = std::nullopt;  ///< that the answer is to have, as JSON

  bool offers(std::string_view tool) const;
};

/// Collects turns from a vendor's list of messages or items; neighbours of one role are one turn.
class TurnCollector {
 public:
  void say(Role role, std::string_view text);
  /// A picture of the user's; nothing where the simulation cannot look at it.
  void show(std::optional<Picture> picture);
  void call(ToolCall call);
  void outcome(ToolOutcome outcome);

  /// The turns. Errc::kInvalid unless there is one, the last is the user's, and each call has its
  /// outcome in the turn after it and each outcome its call in the turn before: every vendor
  /// refuses the request otherwise. An outcome without a call id answers the call at its place.
  Result<std::vector<Turn>> take() &&;

 private:
  Turn& turn_of(Role role);
  std::vector<Turn> turns_;
};

}  // namespace coditect::simulator
