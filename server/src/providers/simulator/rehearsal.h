#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/simulator/conversation.h"

/// The small language in which a prompt tells a simulated model what to do: a fenced block tagged
/// `rehearsal` with one JSON object a line.
///
///     {"say":"text"}
///     {"tool":"edit_file","input":{...}}
///     {"tools":[{"tool":"read_file","input":{...}}, ...]}          called in parallel
///     {"pause_ms":50}
///     {"fail":{"status":529,"times":2}}     and: retry_after (seconds), type, message, provider
///     {"stream_error":{"status":529}}       and: times, type, message, provider
///     {"drop":"mid-stream"}
///     {"hop":"continue"}                    or "drop": Gemini 4 only, see Hop
///     {"usage":{"input":1200,"cache_read":1000,"output":80}}       and: cache_write, reasoning
namespace coditect::simulator {

struct Say {
  std::string text;
};
struct UseTools {
  std::vector<ToolCall> calls;  ///< without ids
};
struct Pause {
  std::chrono::milliseconds length{};
};
/// The call that gets here fails `times` times and then goes on.
struct Fail {
  int status = 529;
  int times = 1;
  std::optional<std::chrono::milliseconds> retry_after;
  std::string type;  ///< the vendor's error type or code; "" for the status's usual one
  std::string message;
  std::optional<Vendor> only;  ///< other vendors pass
};
/// The answer to the call that gets here turns into an error half-way, `times` times; one that is
/// not streamed fails as with Fail.
struct StreamError {
  Fail fail;
};
/// The call that gets here breaks off half-way, once.
struct Drop {};
/// The end of one request of an answer that takes several: the rest is sent to whoever comes back
/// with the continuation token. Vendors and models without such tokens take no notice.
struct Hop {
  enum class End {
    kContinue,  ///< the request ends with finish reason CONTINUATION and a token
    kDrop,      ///< a checkpoint with a token, then the connection breaks; whole answers continue
  };
  End end = End::kContinue;
};
/// What the answer says that it has used, instead of an estimate.
///
/// Invariants: `input` is the whole prompt, so it includes `cache_read` and `cache_write`; `output`
///             includes `reasoning`.
struct Usage {
  std::int64_t input = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;
  std::int64_t reasoning = 0;
  bool operator==(const Usage&) const = default;
};

using Step = std::variant<Say, UseTools, Pause, Fail, StreamError, Drop, Hop, Usage>;

/// The text inside the last rehearsal block of `text`; nothing where there is none. Its fence may
/// be indented, may be longer than three backticks, and ends with the text if it is not closed.
std::optional<std::string> find_rehearsal(std::string_view text);

/// Reads a block's lines; empty ones are skipped. Errc::kInvalid names the first bad line by its
/// number and content.
Result<std::vector<Step>> parse_rehearsal(std::string_view block);

}  // namespace coditect::simulator
