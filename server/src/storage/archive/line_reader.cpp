#include "storage/archive/line_reader.h"

#include <span>

#include "base/limits.h"
#include "base/posix_file.h"

namespace coditect::archive {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

}  // namespace

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = begin_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(begin_, newline - begin_);
      begin_ = newline + 1;
      next_ += line.size() + 1;
      return std::optional(line);
    }
    if (buffer_.size() - begin_ > limits::kEventBytesMax) {
      return internal("the line at offset " + std::to_string(next_) + " is longer than " +
                      std::to_string(limits::kEventBytesMax) + " bytes");
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kReadBytes);
    auto count = read_at(fd_, std::span(buffer_).subspan(searched), read_to_);
    buffer_.resize(searched + (count ? *count : 0));
    if (!count) return std::move(count).error();
    if (*count == 0) return std::optional<std::string_view>();
    read_to_ += *count;
  }
}

}  // namespace coditect::archive
