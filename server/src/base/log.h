#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace coditect {

/// Makes spdlog's default logger write to stderr, one line each: time, level, text. Levels are
/// spdlog's names. The operator's log is for operators: no key, no prompt, no file content.
void start_log(std::string_view level);

}  // namespace coditect
