#pragma once

#include <filesystem>
#include <string>

namespace coditect::workspace {

/// Where a path of the project leads once links are followed, relative to `root`: for rules that
/// name paths. The path itself where that cannot be told or is outside, which files refuse anyway.
/// Blocks on the disk.
std::string real_path(const std::filesystem::path& root, const std::string& path);

}  // namespace coditect::workspace
