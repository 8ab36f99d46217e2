#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "providers/dialect.h"

/// Recorded traffic of the vendors and what it takes to replay it. The recordings are not part of
/// the source tree; main.cpp says where they are looked for.
namespace coditect::providers::recorded {

/// What an answer came to, as tests compare it.
struct Seen {
  std::vector<std::string> turn = {};   // as describe()
  std::string heard = {};               // the text that the listener heard
  std::vector<std::string> calls = {};  // the calls that it heard begin
  std::string stop = {};                // "end_turn", or "error: KIND" for a call that fails
  std::string detail = {};
  std::string model = {};
  std::string usage = {};  // "input/cached/short+long/output/reasoning"
  std::string tier = {};   // of the last request billed

  bool operator==(const Seen&) const = default;
};
void PrintTo(const Seen& seen, std::ostream* out);

/// The bytes of a recording, by its name under the folder: "gemini/x.sse".
std::string bytes_of(std::string_view name);
/// The body of a recorded request (`*.req.json`).
json::object request_body(std::string_view name);
json::object object_of(std::string_view name);

/// How a `.chunks.txt` (one payload per line) looked on the wire.
enum class Framing { kNamedEvents, kDataOnly, kDataWithCrLf, kDataWithoutSpace };
std::string stream_of_chunks(std::string_view chunks, Framing framing, std::string_view end = "");

/// What `dialect` makes of a whole stream asked of `model`.
Seen replay(const Dialect& dialect, std::string_view model, std::string_view stream);
Seen see(const ProviderResult<ModelAnswer>& answer);

/// Expects the same events from `stream` cut in two at every byte, and byte by byte; decoders see
/// events only, so their answers are then the same too.
void expect_same_however_cut(std::string_view stream);

/// replay(), after expect_same_however_cut().
Seen replay_cut(const Dialect& dialect, std::string_view model, std::string_view stream);

}  // namespace coditect::providers::recorded
