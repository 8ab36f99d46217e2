#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::mcp {

/// Reads a text/event-stream (WHATWG HTML, 9.2.6) with what it takes to go on with it later: the
/// last event's id, and how long to wait. The providers' reader has neither, and reads what their
/// vendors add to the format.
///
/// Threads: one at a time.
/// Errors:  Errc::kLimit for an event that is too long; the stream is of no use then.
class EventStream {
 public:
  explicit EventStream(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  /// Appends the data of the events that `bytes` complete; those without data only count as heard.
  Result<void> feed(std::string_view bytes, std::vector<std::string>& events);
  /// Of the last whole event that had one; "" for none.
  const std::string& last_id() const { return last_id_; }
  /// What the server asks to wait for before coming back.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void take_line(std::string_view line, std::vector<std::string>& events);

  const std::size_t event_bytes_max_;
  std::string line_;
  std::string data_;
  std::optional<std::string> id_;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool after_cr_ = false;
  bool first_line_ = true;
};

}  // namespace coditect::mcp
