#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>

#include "base/json.h"
#include "base/result.h"
#include "storage/databases/catalogue.h"
#include "storage/databases/connection.h"

namespace coditect::databases {

/// One workspace as the server's own queries see it. Each query first brings its database up to the
/// head of the feed.
///
/// Threads:  any, as often as wanted; calls block.
/// Lifetime: of one or more queries; catalogue and feed outlive it.
struct View {
  Catalogue& catalogue;
  std::filesystem::path workspace_dir;
  EventFeed& feed;

  Result<void> read(DatabaseName name, const std::function<Result<void>(Connection&)>& work) const {
    return catalogue.read(workspace_dir, name, feed, work);
  }
};

/// The rest of a statement's rows, each an object named by its columns. NULLs are left out.
Result<json::array> read_objects(Statement& statement);

/// `limit` as a page allows it: 1 to kPageMax.
std::size_t page_of(std::size_t limit);

}  // namespace coditect::databases
