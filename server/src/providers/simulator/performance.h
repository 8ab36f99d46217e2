#pragma once

#include <optional>
#include <vector>

#include "net/response_stream.h"
#include "providers/simulator/reply.h"

namespace coditect::simulator {

/// How much of an answer is sent.
enum class Extent { kAll, kHalf };

/// Sends the frames with their pauses; half of them, and a broken connection, for kHalf. Ends early
/// when the client leaves.
awaitable<void> play(std::vector<Frame> frames, net::Headers headers, Extent extent,
                     net::ResponseStream& stream);

/// Waits, but not for a client that leaves.
awaitable<void> pause(std::chrono::milliseconds length, net::ResponseStream& stream);

/// Puts the frames of a Gemini stream into the JSON array that a client without alt=sse gets.
std::vector<Frame> as_json_array(std::vector<Frame> frames);

}  // namespace coditect::simulator
