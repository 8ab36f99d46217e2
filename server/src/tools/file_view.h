#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace coditect::tools {

struct ShownLines {
  std::optional<std::int64_t> from;  ///< from 1
  std::optional<std::int64_t> to;    ///< inclusive
};

/// The part of a file that a model is shown.
struct FileView {
  std::string text;  ///< ends with a line in brackets when it is not the whole file
  std::size_t from_line = 0;
  std::size_t to_line = 0;
  std::size_t lines = 0;  ///< of the whole file
  bool truncated = false;
};

/// The lines of `range`; where they are more than `bytes_max`, the middle ones are left out at line
/// boundaries and the answer says how to read them. A single line that is too long is cut itself.
/// Errc::kInvalid for a range that is empty or begins behind the end. Pure.
Result<FileView> view_file(std::string_view text, ShownLines range,
                           std::size_t bytes_max = limits::kToolOutputBytesMax);

}  // namespace coditect::tools
