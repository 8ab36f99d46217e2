#include "storage/replication/export/export_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "storage/blobs/tree.h"

namespace coditect::replication {

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kHashDigits = 64;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<void> read_files(const json::object& object, ExportIndex& index) {
  const json::object* files = find_object(object, "files");
  if (files == nullptr) return invalid("'files' is no object");
  for (const auto& [path, hash] : *files) {
    if (!blobs::is_tree_path(path)) return invalid("'files' names what is no path");
    if (!hash.is_string() || !is_hash(hash.get_string())) return invalid("'files' has no SHA-256");
    index.files.emplace(std::string(path), std::string(hash.get_string()));
  }
  return {};
}

Result<void> read_changing(const json::object& object, ExportIndex& index) {
  const json::array* changing = find_array(object, "changing");
  if (changing == nullptr) return invalid("'changing' is no array");
  for (const json::value& path : *changing) {
    if (!path.is_string() || !blobs::is_tree_path(path.get_string())) {
      return invalid("'changing' names what is no path");
    }
    index.changing.emplace(path.get_string());
  }
  return {};
}

Result<ExportIndex> read_index(std::string_view text) {
  TRY(const json::object object, parse_json_object(text));
  TRY(const std::int64_t version, need_int(object, "version"));
  if (version != kVersion) return invalid(fmt::format("it has version {}", version));
  ExportIndex index;
  TRY(std::string workspace, need_string(object, "workspace"));
  index.workspace = WorkspaceId(std::move(workspace));
  TRY(const std::int64_t through, need_int(object, "through_seq"));
  if (through < 0) return invalid("'through_seq' is negative");
  index.through_seq = static_cast<Sequence>(through);
  TRY_VOID(read_files(object, index));
  TRY_VOID(read_changing(object, index));
  // Whatever was left out, doubled, out of order or not known shows here.
  if (to_text(index) != text) return invalid("it is not in canonical form");
  return index;
}

}  // namespace

ExportPlan plan_export(const ExportIndex& now, const std::map<std::string, std::string>& wanted) {
  ExportPlan plan;
  for (const auto& [path, hash] : wanted) {
    const auto there = now.files.find(path);
    const bool same = there != now.files.end() && there->second == hash;
    if (same && !now.changing.contains(path)) {
      ++plan.unchanged;
    } else {
      plan.put.push_back(path);
    }
  }
  std::set<std::string> gone = now.changing;
  for (const auto& [path, hash] : now.files) gone.insert(path);
  for (const std::string& path : gone) {
    if (!wanted.contains(path)) plan.remove.push_back(path);
  }
  return plan;
}

std::string to_text(const ExportIndex& index) {
  json::object files;
  for (const auto& [path, hash] : index.files) files[path] = hash;
  const json::object object{
      {"version", kVersion},
      {"workspace", index.workspace.str()},
      {"through_seq", index.through_seq},
      {"files", std::move(files)},
      {"changing", json::array(index.changing.begin(), index.changing.end())}};
  return json::serialize(object) + "\n";
}

Result<ExportIndex> parse_export_index(std::string_view text) {
  auto index = read_index(text);
  if (index) return index;
  return internal("the index of the export is damaged: " + index.error().message,
                  "remove export.json and what is below projects/ there, then export again");
}

}  // namespace coditect::replication
