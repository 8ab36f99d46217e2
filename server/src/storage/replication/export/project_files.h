#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::replication {

/// Objects cannot be empty folders, and git knows no repository without refs/ and objects/: an
/// empty folder within a repository is exported as an empty file of this name in it. git passes
/// over it.
inline constexpr std::string_view kFolderKeeper = ".empty";

/// A project's files as an export has them.
struct ProjectFiles {
  struct Refused {
    std::string path;
    std::string why;
  };

  std::map<std::string, std::string> hashes;  ///< path to SHA-256; keepers too
  std::set<std::string> keepers;              ///< paths of folder keepers, which are no files
  std::uint64_t bytes = 0;
  std::uint64_t executables = 0;  ///< files with an executable bit, which no object has
  std::vector<Refused> refused;   ///< files whose path makes no key of an object
  std::vector<std::string> links;
  std::uint64_t empty_folders = 0;  ///< that are left out
};

/// projects/{path}
std::string export_key(std::string_view path);

/// Reads everything below `root`. Blocking. An error of the disk is returned.
Result<ProjectFiles> read_project_files(const std::filesystem::path& root);

}  // namespace coditect::replication
