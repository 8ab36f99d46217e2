#include "storage/objects/file/key_walk.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include "storage/objects/object_key.h"

namespace coditect::objects {
namespace {

struct Walk {
  const std::filesystem::path& root;
  std::string_view prefix;
  std::string_view after;
  const KeyVisitor& visit;
};

bool is_wanted_file(const Walk& walk, std::string_view key) {
  return key.starts_with(walk.prefix) && key > walk.after;
}

/// `folder` ends in "/": every key in it begins with it.
bool is_wanted_folder(const Walk& walk, std::string_view folder) {
  if (!folder.starts_with(walk.prefix) && !walk.prefix.starts_with(folder)) return false;
  return folder > walk.after || walk.after.starts_with(folder);
}

/// The wanted keys of files in `folder` ("" or ending in "/"), and its folders with a "/" behind
/// them, sorted: as keys are, because "a/" sorts as every key in it does.
Result<std::vector<std::string>> wanted_entries(const Walk& walk, const std::string& folder) {
  std::vector<std::string> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(walk.root / folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code gone;
    const auto type = entry->symlink_status(gone).type();
    if (gone || !check_key(name)) continue;
    std::string key = folder + name;
    if (type == std::filesystem::file_type::regular && is_wanted_file(walk, key)) {
      entries.push_back(std::move(key));
    } else if (type == std::filesystem::file_type::directory) {
      key += '/';
      if (is_wanted_folder(walk, key)) entries.push_back(std::move(key));
    }
  }
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return std::vector<std::string>();
  }
  if (error) return system_error("list " + (walk.root / folder).string(), error.value());
  std::ranges::sort(entries);
  return entries;
}

/// False when the visitor has seen enough.
Result<bool> walk_folder(const Walk& walk, const std::string& folder) {
  TRY(const std::vector<std::string> entries, wanted_entries(walk, folder));
  for (const std::string& entry : entries) {
    TRY(const bool more, entry.ends_with('/') ? walk_folder(walk, entry) : walk.visit(entry));
    if (!more) return false;
  }
  return true;
}

}  // namespace

Result<void> walk_keys(const std::filesystem::path& root, std::string_view prefix,
                       std::string_view after, const KeyVisitor& visit) {
  const Walk walk{root, prefix, after, visit};
  const std::size_t slash = prefix.rfind('/');
  const auto start =
      slash == std::string_view::npos ? prefix.substr(0, 0) : prefix.substr(0, slash + 1);
  TRY_VOID(walk_folder(walk, std::string(start)));
  return {};
}

}  // namespace coditect::objects
