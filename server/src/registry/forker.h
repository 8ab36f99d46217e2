#pragma once

#include <optional>

#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "registry/provisioner.h"
#include "storage/replication/node/node_replicator.h"
#include "workspace/node_services.h"
#include "workspace/place.h"

namespace coditect::registry {

/// {"kind":"workspace","id","through_seq"?}: another workspace as it was after one of its events.
struct ForkSource {
  WorkspaceId workspace;
  std::optional<Sequence> through;  ///< none: its last event
};

bool is_fork(const json::object& source);
/// Errc::kInvalid says what is wrong.
Result<ForkSource> parse_fork(const json::object& source);

/// Makes workspaces out of the past of others, from what the object store holds.
///
/// Threads:  any.
/// Lifetime: what it is made of outlives it and its calls.
/// Errors:   kInvalid for an event that is not there; those of restoring. Nothing is left of a fork
///           that could not be made.
class Forker {
 public:
  Forker(asio::any_io_executor executor, const workspace::NodeServices& services,
         replication::NodeReplicator& replicator)
      : executor_(std::move(executor)), services_(services), replicator_(replicator) {}

  /// `folder` is that of `home`, below the data folder. The store holds the source up to `through`.
  awaitable<Result<Provisioner::Made>> fork(workspace::Place home, std::string folder,
                                            WorkspaceId source, Sequence through,
                                            Provisioner::Request request) const;

 private:
  awaitable<Result<void>> open(workspace::Place home, WorkspaceId source, Sequence through,
                               Provisioner::Request request, Provisioner::Made& made) const;

  const asio::any_io_executor executor_;
  const workspace::NodeServices& services_;
  replication::NodeReplicator& replicator_;
};

}  // namespace coditect::registry
