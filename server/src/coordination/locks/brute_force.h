#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Glob matching written the slow and obvious way, for tests to compare against. Shares no code
/// with what it checks. ASCII only.
namespace coditect::locks::testing {

/// Whether one segment matches one segment's glob, or is spelled like it.
bool segment_matches(std::string_view glob, std::string_view segment);
/// Whether a path is matched by a pattern's text ("a/", "src/**/*.cpp", ...).
bool path_matches(std::string_view pattern, std::string_view path);
/// All strings of 1 to `length` letters.
std::vector<std::string> all_strings(std::string_view letters, std::size_t length);
/// All paths of 1 to `length` segments.
std::vector<std::string> all_paths(const std::vector<std::string>& segments, std::size_t length);

}  // namespace coditect::locks::testing
