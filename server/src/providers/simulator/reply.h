#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "providers/simulator/act.h"

namespace coditect::simulator {

/// A finished answer, before it is put in a vendor's words.
struct Reply {
  std::string id;  ///< random; the vendor's ids are made of it
  Time created{};
  std::string model;
  Act act;               ///< its calls have ids
  std::string thinking;  ///< "" where the model does not show that it thought
  Usage usage;
  bool wants_usage_chunk = false;
  std::optional<Hop::End> hop_end;  ///< there is more, for who comes back with `continuation`
  std::string continuation;
};

/// A piece of a streamed answer and the pause before it.
struct Frame {
  std::chrono::milliseconds pause_before{};
  std::string bytes;
};

/// A piece of text as a stream carries it.
struct Delta {
  std::chrono::milliseconds pause_before{};
  std::string text;
};

/// The reply to `prompt` that plays `act`, without hops. Usage that the act does not state is
/// estimated: one token for four bytes.
Reply make_reply(const Prompt& prompt, Act act, std::string id, Time created);
/// The tokens of a prompt by the same rule.
std::int64_t estimate_input_tokens(const Prompt& prompt);

/// What the act says, in groups of a few words. Joined they are act.text().
std::vector<Delta> deltas_of(const Act& act);
/// `text` in pieces of about `bytes` bytes, cut between characters. Joined they are `text`.
std::vector<std::string> pieces_of(std::string_view text, std::size_t bytes);
/// A call's arguments as JSON text, in pieces.
std::vector<std::string> argument_pieces(const ToolCall& call);

/// "event: NAME\ndata: JSON\n\n".
std::string sse_event(std::string_view name, const json::object& data);
std::int64_t unix_seconds(Time time);

}  // namespace coditect::simulator
