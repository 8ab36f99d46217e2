#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Text from a server on its way to a terminal. None of it may move the cursor, change colours or
// set the window's title, whatever an agent has written.
namespace coditect::app {

/// `text` on one line: control characters, newlines too, become spaces.
std::string one_line(std::string_view text);
/// `text` with its newlines and tabs kept and every other control character left out.
std::string paragraph(std::string_view text);
/// At most `characters` of one_line(text), the last one '…' where something was cut off.
std::string shortened(std::string_view text, std::size_t characters);
/// How many characters a UTF-8 text has.
std::size_t count_characters(std::string_view text);
/// "999 B", "1.5 KB", "12 MB": 1,024 bytes are a KB, as in the browser.
std::string readable_bytes(std::uint64_t bytes);

}  // namespace coditect::app
