#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace coditect::providers {

/// One event of a text/event-stream.
struct SseEvent {
  std::string name;  ///< of its `event:` line; "" where it has none
  std::string data;  ///< its `data:` lines, joined by newlines
  bool operator==(const SseEvent&) const = default;
};

/// Reads a text/event-stream (WHATWG HTML, 9.2.6) from pieces cut anywhere, even inside a line end
/// or a character. `id:`, `retry:` and comments are skipped. JSON that stands in the stream without
/// a field's name comes out as an event: Google reports a failure midway so, and a server that
/// does not stream answers with nothing else.
///
/// Threads:    one at a time.
/// Invariants: what comes out depends on the bytes alone, not on how they are cut. An event that
///             the stream's end cuts off comes out of finish() only.
/// Errors:     Errc::kLimit for an event of more than `event_bytes_max`; then every later feed()
///             fails the same way.
class SseParser {
 public:
  explicit SseParser(std::size_t event_bytes_max = limits::kStreamEventBytesMax)
      : event_bytes_max_(event_bytes_max) {}

  /// Appends the events that `bytes` complete to `events`.
  Result<void> feed(std::string_view bytes, std::vector<SseEvent>& events);
  /// The stream has ended: appends the event that its end cut off, if any. It may be half of one.
  void finish(std::vector<SseEvent>& events);

 private:
  void take_line(std::string_view line, std::vector<SseEvent>& events);
  void take_field(std::string_view name, std::string_view value);
  void add_data(std::string_view value);
  void end_event(std::vector<SseEvent>& events);
  bool over_limit(std::size_t more) const;

  const std::size_t event_bytes_max_;
  std::string line_;  // the start of a line whose end has not come yet
  SseEvent event_;
  bool has_data_ = false;
  bool bare_ = false;       // the event is JSON without field names
  bool after_cr_ = false;   // a line feed that follows belongs to the line end before it
  bool first_line_ = true;  // may begin with a byte order mark
  bool over_limit_ = false;
};

}  // namespace coditect::providers
