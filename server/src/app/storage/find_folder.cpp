#include "app/storage/find_folder.h"

#include <optional>
#include <vector>

#include "storage/replication/keys.h"
#include "storage/replication/sync/listing.h"

namespace coditect::app {

namespace {

constexpr std::size_t kMarkerBytesMax = 4'096;

}  // namespace

awaitable<Result<std::string>> find_workspace_folder(objects::ObjectStore& store, WorkspaceId id) {
  std::vector<std::string> nodes;
  auto note_node = [&nodes](const objects::ObjectInfo& object) {
    if (auto node = replication::parse_lease_key(object.key)) nodes.push_back(*std::move(node));
    return Result<void>{};
  };
  const std::string leases(replication::lease_prefix());
  CO_TRY_VOID(co_await replication::list_all(store, leases, std::move(note_node)));
  for (const std::string& node : nodes) {
    const std::string key = replication::marker_key(node, id);
    auto marker = co_await store.get(key, objects::Range{}, kMarkerBytesMax);
    if (marker) co_return std::move(marker->content);
    if (marker.error().code != Errc::kNotFound) co_return std::move(marker).error();
  }
  std::optional<std::string> folder;
  const std::string end = "/workspaces/" + id.str() + "/manifest.json";
  auto note_folder = [&](const objects::ObjectInfo& object) {
    if (object.key.ends_with(end)) {
      folder = object.key.substr(0, object.key.size() - std::string_view("/manifest.json").size());
    }
    return Result<void>{};
  };
  CO_TRY_VOID(co_await replication::list_all(store, "organizations/", std::move(note_folder)));
  if (folder) co_return *std::move(folder);
  co_return not_found("the store holds no workspace " + id.str(),
                      "look for its id with `coditect workspaces`, and check the store's URL");
}

}  // namespace coditect::app
