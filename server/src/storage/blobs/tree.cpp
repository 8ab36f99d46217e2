#include "storage/blobs/tree.h"

#include <algorithm>

#include "base/json.h"
#include "base/utf8.h"
#include "storage/blobs/pack_format.h"
#include "storage/blobs/tree_json.h"

namespace coditect::blobs {
namespace {

constexpr std::uint32_t kModeMax = 0777;

Result<TreeEntry> parse_entry_line(std::string_view line) {
  TRY(const json::object object, parse_json_object(line));
  TRY(TreeEntry entry, parse_tree_entry(object));
  if (json::serialize(to_json(entry)) != line) return invalid("it is not in canonical form");
  return entry;
}

}  // namespace

json::object to_json(const TreeEntry& entry) {
  json::object object;
  object["path"] = entry.path;
  switch (entry.kind) {
    case TreeEntry::Kind::kFile:
      object["type"] = "file";
      object["mode"] = entry.mode;
      object["size"] = entry.size;
      object["hash"] = entry.hash;
      break;
    case TreeEntry::Kind::kSymlink:
      object["type"] = "symlink";
      object["target"] = entry.target;
      break;
    case TreeEntry::Kind::kDirectory: object["type"] = "directory"; break;
  }
  return object;
}

Result<TreeEntry> parse_tree_entry(const json::object& object) {
  TreeEntry entry;
  TRY(entry.path, need_string(object, "path"));
  TRY(const std::string type, need_string(object, "type"));
  if (type == "file") {
    TRY(const std::int64_t mode, need_int(object, "mode"));
    TRY(const std::int64_t size, need_int(object, "size"));
    TRY(entry.hash, need_string(object, "hash"));
    if (mode < 0 || mode > kModeMax || size < 0) return invalid("a mode or a size out of range");
    if (!parse_hash(entry.hash)) return invalid("'" + entry.hash + "' is no hash");
    entry.mode = static_cast<std::uint32_t>(mode);
    entry.size = static_cast<std::uint64_t>(size);
  } else if (type == "symlink") {
    entry.kind = TreeEntry::Kind::kSymlink;
    TRY(entry.target, need_string(object, "target"));
    if (entry.target.empty() || entry.target.find('\0') != std::string::npos) {
      return invalid("a symbolic link without a target");
    }
  } else if (type == "directory") {
    entry.kind = TreeEntry::Kind::kDirectory;
  } else {
    return invalid("unknown type '" + type + "'");
  }
  if (!is_tree_path(entry.path)) return invalid("'" + entry.path + "' is no path inside the tree");
  return entry;
}

bool is_tree_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos || !is_utf8(path)) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string encode_manifest(std::vector<TreeEntry> entries) {
  std::ranges::sort(entries, {}, &TreeEntry::path);
  std::string manifest;
  for (const TreeEntry& entry : entries) {
    manifest += json::serialize(to_json(entry));
    manifest += '\n';
  }
  return manifest;
}

Result<std::vector<TreeEntry>> parse_manifest(std::string_view manifest) {
  std::vector<TreeEntry> entries;
  const auto bad = [&](const std::string& what) {
    return invalid("line " + std::to_string(entries.size() + 1) +
                   " of the tree's manifest: " + what);
  };
  while (!manifest.empty()) {
    const std::size_t newline = manifest.find('\n');
    if (newline == std::string_view::npos) return bad("it is torn");
    auto entry = parse_entry_line(manifest.substr(0, newline));
    if (!entry) return bad(entry.error().message);
    if (!entries.empty() && entry->path <= entries.back().path) return bad("it is out of order");
    // What is below a file or a link would be written through it.
    for (std::size_t slash = entry->path.find('/'); slash != std::string::npos;
         slash = entry->path.find('/', slash + 1)) {
      const std::string parent = entry->path.substr(0, slash);
      if (std::ranges::binary_search(entries, parent, {}, &TreeEntry::path)) {
        return bad("'" + parent + "' is no folder that holds something");
      }
    }
    entries.push_back(*std::move(entry));
    manifest.remove_prefix(newline + 1);
  }
  return entries;
}

}  // namespace coditect::blobs
