#pragma once

#include <string>
#include <string_view>

namespace coditect::workspace {

/// What a prompt is about, in a line of at most some 200 bytes of whole characters: without blocks
/// that were meant for its own reader. Pure.
std::string prompt_line(std::string_view prompt);

}  // namespace coditect::workspace
