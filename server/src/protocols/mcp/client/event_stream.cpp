#include "protocols/mcp/client/event_stream.h"

#include <charconv>

namespace coditect::mcp {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<void> EventStream::feed(std::string_view bytes, std::vector<std::string>& events) {
  for (const char c : bytes) {
    const bool second_half = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (second_half) continue;
    if (c == '\r' || c == '\n') {
      take_line(line_, events);
      line_.clear();
      continue;
    }
    line_ += c;
    if (line_.size() + data_.size() > event_bytes_max_) {
      return Error{Errc::kLimit,
                   "it sent an event of more than " + std::to_string(event_bytes_max_) + " bytes",
                   {}};
    }
  }
  return {};
}

void EventStream::take_line(std::string_view line, std::vector<std::string>& events) {
  if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  first_line_ = false;
  if (line.empty()) {
    if (id_) last_id_ = *id_;
    id_.reset();
    if (!data_.empty()) {
      data_.pop_back();
      if (!data_.empty()) events.push_back(std::move(data_));
      data_.clear();
    }
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    data_.append(value);
    data_ += '\n';
  } else if (name == "id" && !value.contains('\0')) {
    id_ = std::string(value);
  } else if (name == "retry") {
    std::int64_t ms = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (read.ec == std::errc() && read.ptr == value.data() + value.size() && ms >= 0) {
      retry_ = std::chrono::milliseconds(ms);
    }
  }
}

}  // namespace coditect::mcp
