#include "storage/archive/tail.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "base/limits.h"
#include "base/posix_file.h"

namespace coditect::archive {
namespace {

constexpr std::uint64_t kStepBytes = 64u << 10;

}  // namespace

Result<std::uint64_t> line_end_before(int fd, std::uint64_t end) {
  std::string step;
  while (end > 0) {
    const std::uint64_t begin = end - std::min(end, kStepBytes);
    step.resize(end - begin);
    TRY(const std::size_t count, read_at(fd, step, begin));
    step.resize(count);
    const std::size_t newline = step.rfind('\n');
    if (newline != std::string::npos) return begin + newline + 1;
    end = begin;
  }
  return std::uint64_t{0};
}

Result<std::optional<TailLine>> line_before(int fd, std::uint64_t end) {
  if (end == 0) return std::optional<TailLine>();
  TailLine line;
  TRY(line.offset, line_end_before(fd, end - 1));
  if (end - 1 - line.offset > limits::kEventBytesMax) {
    return internal("the line at offset " + std::to_string(line.offset) + " is longer than " +
                    std::to_string(limits::kEventBytesMax) + " bytes");
  }
  line.text.resize(end - 1 - line.offset);
  TRY(const std::size_t count, read_at(fd, line.text, line.offset));
  check(count == line.text.size(), "nobody else shortens an archive");
  return std::optional(std::move(line));
}

}  // namespace coditect::archive
