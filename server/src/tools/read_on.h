#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coditect::tools {

/// A stretch of a text, by lines.
struct Stretch {
  std::string text;
  std::size_t from_line = 0;
  std::size_t to_line = 0;
  std::size_t lines = 0;  ///< of the whole text
};

/// The lines of `text` from `from_line` (from 1) on, as many as `bytes_max` holds; one that is
/// longer by itself is cut and says so. Empty where the text has fewer lines. Pure.
Stretch stretch_of(std::string_view text, std::size_t from_line, std::size_t bytes_max);

/// The line at which to go on after the first `bytes` bytes of a text were seen. Pure.
std::size_t line_after(std::string_view text, std::size_t bytes);

/// What tells a model how to see what an answer left out; "" where it is not kept.
std::string read_on_note(const std::string& id, std::size_t from_line);

}  // namespace coditect::tools
