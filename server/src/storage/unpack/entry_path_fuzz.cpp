#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "storage/unpack/entry_path.h"
#include "storage/unpack/git_entries.h"

/// The bytes are an entry's name and, after a line break, a link's target. Whatever is accepted
/// stands below the project, by any reading; a link that is goes up no further than its folder is
/// deep.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect;
  std::string_view name(reinterpret_cast<const char*>(data), size);
  const std::size_t end = name.find('\n');
  std::string_view target;
  if (end != std::string_view::npos) {
    target = name.substr(end + 1);
    name = name.substr(0, end);
  }
  const std::string text = unpack::shown(name);
  check(is_utf8(text) && !text.contains('\n') && text.size() <= 203);
  const auto path = unpack::entry_path(name);
  if (!path) return 0;
  const std::string bounded = "/" + *path + "/";
  check(is_utf8(bounded) && path->size() <= limits::kPathBytesMax);
  check(!bounded.contains("/../") && !bounded.contains("/./"));
  check(path->empty() || !bounded.contains("//"));
  check(*unpack::entry_path(*path) == *path);
  using Kind = unpack::ArchiveEntry::Kind;
  if (bounded.contains("/.git/hooks/")) {
    check(unpack::git_entry(*path, Kind::kFile) == unpack::GitEntry::kLeftOut);
  }
  if (bounded.contains("/.git/") && !path->empty()) {
    check(unpack::git_entry(*path, Kind::kLink) == unpack::GitEntry::kLeftOut);
  }
  if (!unpack::stays_inside(*path, target)) return 0;
  std::size_t ups = 0;
  for (std::size_t at = 0; (at = target.find("..", at)) != std::string_view::npos; at += 2) ++ups;
  std::size_t folders = 0;
  for (const char c : *path) folders += c == '/' ? 1 : 0;
  check(!target.starts_with('/') &&
        (!("/" + std::string(target) + "/").contains("/../") || ups > 0));
  for (std::string_view rest = target; rest.starts_with("../"); rest.remove_prefix(3)) {
    check(folders-- > 0);
  }
  return 0;
}
