#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace coditect::api {

/// The built studio, read once and served from memory.
///
/// Threads: any; constant after construction.
class StaticFiles {
 public:
  /// Reads every file below `folder`. An empty or missing folder is allowed: the pages then say how
  /// to build the studio. Blocking.
  static Result<StaticFiles> load(const std::filesystem::path& folder);

  /// Whether the path is one of a page or its parts rather than of the API.
  static bool is_static_path(std::string_view path);

  /// A file, or the studio's page for every other path: it routes by itself.
  net::Response serve(const net::RequestHead& head) const;

 private:
  struct File {
    std::string content;
    std::string type;
    std::string tag;  ///< its hash, quoted: an ETag
  };

  std::map<std::string, File, std::less<>> files_;  // by path, "/assets/main.js"
};

}  // namespace coditect::api
