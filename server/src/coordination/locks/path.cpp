#include "coordination/locks/path.h"

#include "base/limits.h"
#include "coordination/locks/utf8.h"

namespace coditect::locks {

namespace {

constexpr std::string_view kHint = "give a path relative to the project, like src/main.cpp";

Error refuse(std::string_view why) {
  return invalid("the path " + std::string(why), std::string(kHint));
}

std::string join(const std::vector<std::string_view>& segments) {
  std::string path;
  for (std::string_view segment : segments) {
    if (!path.empty()) path += '/';
    path += segment;
  }
  return path;
}

}  // namespace

Result<std::vector<std::string_view>> path_segments(std::string_view path) {
  if (path.size() > limits::kPathBytesMax) {
    return refuse("is longer than " + std::to_string(limits::kPathBytesMax) + " bytes");
  }
  if (path.starts_with('/')) return refuse("is absolute");
  if (path.find('\0') != std::string_view::npos) return refuse("holds a NUL");
  if (path.find('\\') != std::string_view::npos) return refuse("holds a backslash");
  if (!decode_utf8(path)) return refuse("is not UTF-8");
  if (path.ends_with('/')) path.remove_suffix(1);

  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty()) return refuse("holds an empty segment");
    if (segment == "..") return refuse("leaves the project");
    if (segment != ".") segments.push_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
    if (path.empty()) return refuse("holds an empty segment");
  }
  return segments;
}

Result<std::string> canonical_path(std::string_view path) {
  TRY(std::vector<std::string_view> segments, path_segments(path));
  if (segments.empty()) return refuse("names no file");
  if (path.ends_with('/')) return refuse("names a folder, not a file");
  return join(segments);
}

Result<std::string> canonical_folder(std::string_view path) {
  TRY(std::vector<std::string_view> segments, path_segments(path));
  return join(segments);
}

}  // namespace coditect::locks
