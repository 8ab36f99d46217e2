#include "storage/unpack/entry_path.h"

#include <climits>

#include <algorithm>

#include "base/limits.h"
#include "base/utf8.h"

namespace coditect::unpack {

namespace {

constexpr std::size_t kShownBytesMax = 200;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Takes the first part off: "a" of "a/b".
std::string_view take_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

}  // namespace

std::string shown(std::string_view name) {
  std::string text(name);
  const bool readable = is_utf8(text);
  for (char& c : text) {
    if (is_control(c) || (!readable && static_cast<unsigned char>(c) >= 0x80)) c = '?';
  }
  if (text.size() <= kShownBytesMax) return text;
  std::size_t cut = kShownBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

Error refused_entry(std::string_view name, const std::string& why) {
  return invalid("the entry '" + shown(name) + "' " + why,
                 "nothing was unpacked: make the archive without it");
}

Result<std::string> entry_path(std::string_view name) {
  const auto refused = [&](const std::string& why) { return refused_entry(name, why); };
  if (!is_utf8(name)) return refused("has a name that is not UTF-8");
  if (std::ranges::any_of(name, is_control)) return refused("has a control character in its name");
  if (name.starts_with('/')) return refused("has an absolute path");
  std::string path;
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view part = take_part(rest);
    if (part.empty() || part == ".") continue;
    if (part == "..") return refused("leads out of the project");
    if (part.size() > NAME_MAX) return refused("has a name that is too long");
    if (!path.empty()) path += '/';
    path += part;
  }
  if (path.size() > limits::kPathBytesMax) return refused("has a path that is too long");
  return path;
}

bool stays_inside(std::string_view path, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return false;
  auto above = std::ranges::count(path, '/');
  bool named = false;
  for (std::string_view rest = target; !rest.empty();) {
    const std::string_view part = take_part(rest);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      named = true;
    } else if (named || above-- == 0) {
      return false;
    }
  }
  return true;
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace coditect::unpack
