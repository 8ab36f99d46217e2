#pragma once

#include <cstddef>
#include <string>

#include "base/event.h"

namespace coditect::databases {

/// Of one event no more is looked for; what is beyond is in the log all the same.
inline constexpr std::size_t kSearchedTextBytesMax = 64u << 10;

/// What somebody said, asked for, called or changed in this event, as words to look for it by:
/// messages, prompts, a tool's input and output, paths and the text that an edit put in. "" for
/// events without words of their own. What the log has twice (`conversation_turn`, a task's result)
/// is taken once. Valid UTF-8 of at most kSearchedTextBytesMax. Pure.
std::string searched_text(const Event& event);

}  // namespace coditect::databases
