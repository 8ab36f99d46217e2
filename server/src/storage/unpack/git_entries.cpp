#include "storage/unpack/git_entries.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace coditect::unpack {

namespace {

using Kind = ArchiveEntry::Kind;

constexpr std::array<std::string_view, 8> kFiles = {
    "HEAD",  "ORIG_HEAD",   "FETCH_HEAD", "COMMIT_EDITMSG",
    "index", "packed-refs", "shallow",    "description",
};
constexpr std::array<std::string_view, 5> kFolders = {"objects", "refs", "logs", "info", "lfs"};

/// Also as file systems that ignore case would take it.
bool is_git(std::string_view part) {
  return std::ranges::equal(part, std::string_view(".git"), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What is below the first `.git` of a path; nothing where there is none.
struct Below {
  bool found = false;
  std::string_view rest = {};  ///< "" for `.git` itself
};

Below below_git(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (is_git(part)) return {true, path};
  }
  return {};
}

}  // namespace

GitEntry git_entry(std::string_view path, Kind kind) {
  const auto [found, rest] = below_git(path);
  if (!found) return GitEntry::kPlain;
  if (rest.empty()) return kind == Kind::kFolder ? GitEntry::kPlain : GitEntry::kLeftOut;
  if (kind != Kind::kFile && kind != Kind::kFolder) return GitEntry::kLeftOut;
  const std::string_view first = rest.substr(0, rest.find('/'));
  const bool alone = first.size() == rest.size();
  if (alone && kind == Kind::kFile) {
    if (first == "config") return GitEntry::kConfig;
    return is_one_of(kFiles, first) ? GitEntry::kPlain : GitEntry::kLeftOut;
  }
  if (!is_one_of(kFolders, first)) return GitEntry::kLeftOut;
  const bool borrows = rest == "objects/info/alternates" || rest == "objects/info/http-alternates";
  return borrows || below_git(rest).found ? GitEntry::kLeftOut : GitEntry::kPlain;
}

}  // namespace coditect::unpack
