#pragma once

#include "base/json.h"
#include "base/result.h"
#include "providers/transcript.h"

namespace coditect::providers {

/// A turn as the log keeps it, with everything that its vendor wants back:
///
///     {"role": "assistant", "blocks": [
///       {"type": "text", "text", "phase"?, "echo"?},
///       {"type": "tool_call", "id", "name", "input", "echo"?},
///       {"type": "tool_result", "call", "name", "output", "ok"},
///       {"type": "reasoning", "text", "echo"?},
///       {"type": "opaque", "echo"},
///       {"type": "image", "hash", "media_type"}]}
///
/// where an echo is {"provider", "model", "item"}. docs/api/events.schema.json has the same.
json::object to_json(const Turn& turn);
/// Errc::kInvalid where it is no turn.
Result<Turn> parse_turn(const json::object& object);

}  // namespace coditect::providers
