#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"

// The files of an archive and the head of its lines; docs/formats/archive.md has the grammar.
namespace coditect::archive {

/// Width of the sequence number in a file's name: names sort as numbers do.
inline constexpr std::size_t kNameDigits = 20;
static_assert(UINT64_MAX == 18'446'744'073'709'551'615u, "every number has at most kNameDigits");

/// No line's head is longer than this: `{"seq":` and 20 digits.
inline constexpr std::size_t kLineHeadBytes = 7 + kNameDigits;

/// "00000000000000000001.jsonl" for 1: the file whose first line is this event.
std::string segment_name(Sequence first);
/// The number in such a name, nothing for other names.
std::optional<Sequence> parse_segment_name(std::string_view name);

/// The first sequence numbers of a folder's segments, lowest first. Other files are not ours.
/// Errc::kNotFound when there is no such folder.
Result<std::vector<Sequence>> list_segments(const std::filesystem::path& folder);

/// The number that follows `{"seq":` at the start of a line; nothing for other lines. A prefix of
/// a line is enough when it holds the byte after the number.
std::optional<Sequence> line_sequence(std::string_view line);

}  // namespace coditect::archive
