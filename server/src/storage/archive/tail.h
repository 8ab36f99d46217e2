#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace coditect::archive {

/// A complete line and where it begins.
struct TailLine {
  std::uint64_t offset = 0;
  std::string text;
};

/// Where the byte after the last newline before `end` is; 0 for none.
Result<std::uint64_t> line_end_before(int fd, std::uint64_t end);
/// The complete line that ends, with its newline, at `end`; nothing when `end` is 0.
/// Errc::kInternal when it is longer than an event may be.
Result<std::optional<TailLine>> line_before(int fd, std::uint64_t end);

}  // namespace coditect::archive
