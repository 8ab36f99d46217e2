#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "providers/transcript.h"

/// Makes a conversation shorter so that a vendor still takes it: every call keeps its result, an
/// answer stays as its model gave it or goes as a whole, so that signatures and thoughts that must
/// come back verbatim do.
namespace coditect::agents {

using Turns = std::vector<providers::Turn>;

/// Shortens long outputs of tools, but for those of the newest answers. How many it shortened.
std::size_t shorten_outputs(Turns& turns);

/// Where the newest turns begin that have at most `bytes_max`: an answer that follows a turn of the
/// user's; turns.size() where not even one fits. Never 0: the first turn is the task.
std::size_t tail_begin(const Turns& turns, std::size_t bytes_max);

/// The conversation with everything before `tail` replaced by `first`, the task's own turn, and a
/// summary of what was said in between.
Turns with_summary(const providers::Turn& first, const Turns& turns, std::size_t tail,
                   const std::string& summary);

/// What a task's own turn was before a summary followed it: its text, its pictures and what people
/// had said.
providers::Turn without_summary(const providers::Turn& first);

/// What the model is asked so that it writes the summary.
std::string summary_request();

/// Bytes of what a turn holds, roughly as they are sent.
std::size_t turn_bytes(const providers::Turn& turn);

}  // namespace coditect::agents
