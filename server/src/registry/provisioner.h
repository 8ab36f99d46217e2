#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/environment.h"
#include "base/json.h"
#include "registry/upload.h"
#include "workspace/meta.h"
#include "workspace/node_services.h"
#include "workspace/place.h"
#include "workspace/workspace.h"

namespace coditect::registry {

/// Errc::kInvalid for a name that no workspace can have.
Result<void> check_workspace_name(const std::string& name);

/// Makes new workspaces: folders, databases, the project from its source, the first events, and
/// last of all workspace.json, with which the workspace exists.
///
/// Threads:  any.
/// Lifetime: services outlive it, and it outlives its calls.
/// Errors:   kInvalid and kNotFound for a name or a source that makes no sense; otherwise those of
///           fetching it. Nothing is left of a workspace that could not be made.
class Provisioner {
 public:
  struct Request {
    std::string name;
    json::object source;
    std::string user;
    workspace::Durability durability = workspace::Durability::kLocal;
    std::stop_token stop = {};  ///< Errc::kCancelled, and nothing is left of it
    std::shared_ptr<const Upload> upload = nullptr;  ///< where set, the source is what it holds
  };
  struct Made {
    workspace::Meta meta;
    std::shared_ptr<workspace::Workspace> awake;
  };

  /// `data` is the server's own folder, which cannot be a source; `environment` is what git sees
  /// some of.
  Provisioner(asio::any_io_executor executor, const workspace::NodeServices& services,
              std::filesystem::path data, Environment environment);

  /// Makes a workspace at `home`, where nothing is yet; its last folder is the workspace's id. On
  /// return it is awake and what made it is durable. Not interrupted by a cancellation.
  awaitable<Result<Made>> provision(workspace::Place home, Request request) const;

  /// Removes what was made.
  awaitable<void> discard(workspace::Place home, Made made) const;

 private:
  /// The source as the log shows it.
  Result<json::object> prepare(const workspace::Place& home, const Request& request) const;
  awaitable<Result<void>> begin(workspace::Place home, Request request, Made& made) const;

  const asio::any_io_executor executor_;
  const workspace::NodeServices& services_;
  const std::filesystem::path data_;
  const Environment environment_;
};

}  // namespace coditect::registry
