#pragma once

#include "base/json.h"
#include "providers/model_request.h"

namespace coditect::providers::anthropic {

/// Marks in `body`, which holds everything else, up to where the vendor keeps the prompt: after the
/// tools, after the system prompt and after each of the last two user messages, all four marks
/// that a request may have.
///
/// The last mark writes what is new. The one before stands where the former request of the task had
/// its last one, however many blocks lie between them (the vendor looks back over 20 only), so all
/// that was sent before is read. A mark is left out where what stands before it is surely shorter
/// than the model's minimum.
///
/// The marks are no part of what is kept: a prompt that grows at its end keeps its prefix.
void place_breakpoints(const ModelRequest& request, json::object& body);

}  // namespace coditect::providers::anthropic
