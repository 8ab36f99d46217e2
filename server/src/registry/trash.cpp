#include "registry/trash.h"

#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "workspace/mcp/mcp_tokens.h"

namespace coditect::registry {

namespace fs = std::filesystem;

awaitable<void> Trash::empty() {
  const Time before = services_.clock.now() - limits::kTrashKept;
  std::vector<std::shared_ptr<Row>> expired;
  for (const auto& [id, row] : rows_) {
    if (row->meta.deleted_at && *row->meta.deleted_at < before && !row->awake) {
      expired.push_back(row);
    }
  }
  for (const std::shared_ptr<Row>& row : expired) {
    const auto guard = co_await row->transition.lock();
    if (closing_) co_return;
    if (row->meta.deleted_at && !row->awake) co_await erase(row);  // else it was brought back
  }
}

awaitable<void> Trash::erase(std::shared_ptr<Row> row) {
  const WorkspaceId id = row->meta.id;
  if (keeper_ != nullptr) {
    auto forgotten = co_await keeper_->erase(row);
    if (!forgotten) {
      spdlog::warn("workspace {} stays in the trash: {}", id.str(), forgotten.error().message);
      co_return;
    }
  }
  auto remove = [folder = root_ / id.str(), secrets = services_.secrets, id]() -> Result<void> {
    if (secrets != nullptr) {
      TRY_VOID(secrets->forget(id));
      TRY_VOID(secrets->forget(workspace::McpTokens::place_of(id)));
    }
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) return system_error("remove its folder", error.value());
    return {};
  };
  const auto removed = co_await services_.disk.run(std::move(remove));
  if (!removed) {
    spdlog::error("workspace {} cannot be erased: {}", id.str(), removed.error().message);
    co_return;
  }
  spdlog::info("workspace {} was in the trash for 30 days and is erased", id.str());
  rows_.erase(id);
}

}  // namespace coditect::registry
