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

  /// Whether there is a file for the path: "/" is the studio's page, which routes by itself.
  bool has(std::string_view path) const;

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
