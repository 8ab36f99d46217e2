#include "providers/wire/sse_parser.h"

#include <cstring>
#include <utility>

namespace coditect::providers {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Finds line ends in one piece. A stream may use either character or both; remembering where the
/// next line feed is keeps a stream of carriage returns from being searched again for every line.
class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes)
      : bytes_(bytes), line_feed_(bytes.find('\n')), carriage_return_(bytes.find('\r')) {}

  /// The first line end at or after `from`; npos where there is none.
  std::size_t next(std::size_t from) {
    if (line_feed_ < from) line_feed_ = bytes_.find('\n', from);
    if (carriage_return_ < from) carriage_return_ = bytes_.find('\r', from);
    return line_feed_ < carriage_return_ ? line_feed_ : carriage_return_;
  }

 private:
  std::string_view bytes_;
  std::size_t line_feed_;
  std::size_t carriage_return_;
};

}  // namespace

bool SseParser::over_limit(std::size_t more) const {
  return line_.size() + event_.data.size() + event_.name.size() + more > event_bytes_max_;
}

Result<void> SseParser::feed(std::string_view bytes, std::vector<SseEvent>& events) {
  LineEnds ends(bytes);
  std::size_t at = 0;
  while (!over_limit_ && at < bytes.size()) {
    if (std::exchange(after_cr_, false) && bytes[at] == '\n') {
      ++at;
      continue;
    }
    const std::size_t end = ends.next(at);
    const std::string_view part = bytes.substr(at, end - at);
    if (over_limit(part.size())) {
      over_limit_ = true;
    } else if (end == std::string_view::npos) {
      line_ += part;
      at = bytes.size();
    } else {
      after_cr_ = bytes[end] == '\r';
      at = end + 1;
      if (line_.empty()) {
        take_line(part, events);
      } else {
        line_ += part;
        const std::string line = std::exchange(line_, {});
        take_line(line, events);
      }
    }
  }
  if (over_limit_) return Error{Errc::kLimit, "an event of the stream is too long", {}};
  return {};
}

void SseParser::finish(std::vector<SseEvent>& events) {
  if (over_limit_) return;
  if (!line_.empty()) take_line(std::exchange(line_, {}), events);
  end_event(events);
}

void SseParser::end_event(std::vector<SseEvent>& events) {
  if (has_data_) events.push_back(std::move(event_));
  event_ = {};
  has_data_ = false;
  bare_ = false;
}

void SseParser::take_line(std::string_view line, std::vector<SseEvent>& events) {
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (bare_ && (line.starts_with("data:") || line.starts_with("event:"))) end_event(events);
  const bool begins_bare = !has_data_ && (line.starts_with('{') || line.starts_with('['));
  if (bare_ || begins_bare) {
    bare_ = true;
    add_data(line);
    return;
  }
  if (line.empty()) {
    end_event(events);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    take_field(line, {});
    return;
  }
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    add_data(value);
  } else if (name == "event") {
    event_.name = value;
  }
}

void SseParser::add_data(std::string_view value) {
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

}  // namespace coditect::providers
