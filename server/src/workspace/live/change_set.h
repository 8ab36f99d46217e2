#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace coditect::workspace {

/// A change of a whole text as CodeMirror writes it: in order, a number keeps so many UTF-16 units,
/// [n] removes n, [n, line, …] puts lines in the place of n; a line break counts as one.

/// The text after the change. Errc::kInvalid for what is no change of a text of this length. Pure.
Result<std::u16string> apply_change_set(std::u16string_view text, const json::array& changes);

/// A change that turns `before` into `after`, line by line, narrowed to the characters that differ,
/// so that cursors between stay where they are. Pure.
json::array change_set_between(std::u16string_view before, std::u16string_view after);

/// A file's text as an editor holds it: with "\n" where all its lines end with "\r\n". Pure.
std::string document_text(std::string_view file_text);

}  // namespace coditect::workspace
