#include "workspace/files/tree_recovery.h"

#include <array>

#include "storage/blobs/snapshot.h"
#include "workspace/files/tree_apply.h"

namespace coditect::workspace {

namespace {

Result<void> complete(const ProjectFolder& folder, const blobs::BlobStore& blobs,
                      const Event& tree) {
  TRY(const std::string from, need_string(tree.data, "from"));
  TRY(const std::string to, need_string(tree.data, "to"));
  TRY(const blobs::Tree before, blobs::read_tree(from, blobs));
  TRY(const blobs::Tree after, blobs::read_tree(to, blobs));
  const auto everything = [](std::string_view) { return true; };
  TreeApply apply(folder, blobs);
  return apply.complete(steps_between(before.entries, after.entries, everything));
}

}  // namespace

Result<void> describe_steps(const std::vector<TreeStep>& steps, blobs::BlobStore& blobs,
                            json::object& data) {
  const std::string before = blobs::encode_manifest(entries_before(steps));
  const std::string after = blobs::encode_manifest(entries_after(steps));
  const std::array<std::string_view, 2> manifests{before, after};
  TRY(std::vector<std::string> hashes, blobs.put_all(manifests));
  data["from"] = hashes[0];
  data["to"] = hashes[1];
  json::array paths;
  for (const TreeStep& step : steps) {
    const bool again = !paths.empty() && paths.back() == json::string(step.path);
    if (!again) paths.push_back(json::string(step.path));
  }
  data["paths"] = std::move(paths);
  return {};
}

std::vector<std::string> changed_paths(const Event& tree) {
  std::vector<std::string> all;
  const json::array* paths = find_array(tree.data, "paths");
  if (paths == nullptr) return all;
  for (const json::value& path : *paths) {
    if (path.is_string()) all.emplace_back(path.get_string());
  }
  return all;
}

Result<std::vector<Event>> complete_trees(const ProjectFolder& folder,
                                          const blobs::BlobStore& blobs,
                                          const std::vector<Event>& events) {
  std::vector<Event> completed;
  for (const Event& event : events) {
    const auto mark = find_string(event.data, "intent");
    if (event.type != kTreeRestored || !mark) continue;
    if (mark->contains('/')) return invalid("'" + *mark + "' is not a staged file");
    const auto found = folder.staged_hash(*mark);
    if (!found && found.error().code == Errc::kNotFound) continue;
    if (!found) return found.error();
    auto done = complete(folder, blobs, event);
    if (!done) return std::move(done).error().in("completing event " + std::to_string(event.seq));
    completed.push_back(event);
  }
  return completed;
}

}  // namespace coditect::workspace
