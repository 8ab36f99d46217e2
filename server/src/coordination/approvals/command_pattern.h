#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coditect::approvals {

/// Whether the whole of `text` is matched by `pattern`, in which `*` stands for any characters,
/// none too, and everything else for itself. O(pattern * text) at worst.
bool matches(std::string_view pattern, std::string_view text);

/// The simple commands that a line of shell may run, without the blanks around them: it is cut at
/// every character that can begin another one (`;`, `&`, `|`, parentheses, braces, redirections,
/// backquotes, line ends), quoted or not. So what runs is always inside one of the parts; a quoted
/// character may cut one that the shell would not.
std::vector<std::string> command_parts(std::string_view command);

}  // namespace coditect::approvals
