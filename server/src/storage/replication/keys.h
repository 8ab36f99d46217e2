#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/strong_id.h"

/// Where everything lies in the object store; docs/formats/manifest.md has the layout.
namespace coditect::replication {

/// Names one node for ever: it is kept in its data folder.
using NodeId = std::string;

/// One bundle of one node's log. A node begins a new epoch, with bundle 1, each time it starts.
struct LogPlace {
  NodeId node;
  std::uint64_t epoch = 0;
  std::uint64_t bundle = 0;

  bool operator==(const LogPlace&) const = default;
};

/// nodes/{node}/lease.json: who may speak for the node. Changed only by compare-and-swap.
std::string lease_key(std::string_view node);
/// nodes/{node}/{epoch, 10 digits}/log/{bundle, 12 digits}.bundle
std::string bundle_key(const LogPlace& place);
/// The keys of all bundles of an epoch begin with it.
std::string log_prefix(std::string_view node, std::uint64_t epoch);
/// nodes/{node}/workspaces/{id}: its content is the workspace's folder, see below.
std::string marker_key(std::string_view node, const WorkspaceId& id);
std::string marker_prefix(std::string_view node);

/// A workspace's folder, the same in the store and below a node's data folder:
/// organizations/{org}/teams/{team}/users/{user}/workspaces/{id}
/// Under it:
///   manifest.json                                     see manifest.h
///   sessions/{first}-{last}.jsonl.zst                 archived events, 20 digits each
///   sessions/blobs/{name}                             the same file as on disk
///   databases/{name}/{applied_seq, 20 digits}-{workspace epoch}.snapshot
std::string manifest_key(std::string_view folder);
std::string segment_key(std::string_view folder, Sequence first, Sequence last);
std::string blob_key(std::string_view folder, std::string_view file_name);
std::string snapshot_key(std::string_view folder, std::string_view database, Sequence applied,
                         std::uint64_t workspace_epoch);

}  // namespace coditect::replication
