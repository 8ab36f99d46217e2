#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace coditect::tools {

/// How the last line of a command's output ends: ", 1.5 s]" and a newline.
std::string elapsed_note(std::chrono::milliseconds elapsed);

/// `output` as if its command had taken no time: whoever compares two runs of a command means what
/// it printed, not how long it took. Any other text comes back as it is.
std::string without_elapsed(std::string output);

}  // namespace coditect::tools
