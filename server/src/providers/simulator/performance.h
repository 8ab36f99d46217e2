#pragma once

#include <optional>
#include <vector>

#include "net/response_stream.h"
#include "providers/simulator/reply.h"

namespace coditect::simulator {

enum class Ending {
  kRegular,
  kBreakOff,  ///< the connection is closed in the middle of the answer
};

/// Sends the frames with their pauses. Ends early when the client leaves; true when it stayed.
awaitable<bool> play(std::vector<Frame> frames, net::Headers headers, Ending ending,
                     net::ResponseStream& stream);

/// Waits, but not for a client that leaves: stream.peer_closed() tells.
awaitable<void> pause(std::chrono::milliseconds length, net::ResponseStream& stream);

/// Puts the frames of a Gemini stream into the JSON array that a client without alt=sse gets.
std::vector<Frame> as_json_array(std::vector<Frame> frames);

}  // namespace coditect::simulator
