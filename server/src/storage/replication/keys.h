#pragma once

#include <cstdint>
#include <optional>
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

/// leases/{node}.json: who may speak for the node. Changed only by compare-and-swap. Leases lie
/// beside each other so that one short listing shows the generations of all.
std::string lease_key(std::string_view node);
std::string_view lease_prefix();
/// The node whose lease such a key names; nothing for other keys.
std::optional<NodeId> parse_lease_key(std::string_view key);
/// nodes/{node}/{epoch, 10 digits}/log/{bundle, 12 digits}.bundle
std::string bundle_key(const LogPlace& place);
/// The place that such a key names; nothing for other keys.
std::optional<LogPlace> parse_bundle_key(std::string_view key);
/// The keys of all bundles of an epoch begin with it.
std::string log_prefix(std::string_view node, std::uint64_t epoch);
/// nodes/{node}/: everything of a node but its lease is below it.
std::string node_prefix(std::string_view node);
/// nodes/{node}/workspaces/{id}: its content is the workspace's folder, see below.
std::string marker_key(std::string_view node, const WorkspaceId& id);
std::string marker_prefix(std::string_view node);

/// A workspace's folder, the same in the store and below a node's data folder:
/// organizations/{org}/teams/{team}/users/{user}/workspaces/{id}
/// Under it:
///   manifest.json                                     see manifest.h
///   sessions/{first}-{last}-{epoch}.jsonl.zst         archived events, 20, 20 and 10 digits
///   sessions/blobs/{name}                             the same file as on disk
///   databases/{name}/{applied_seq, 20 digits}-{workspace epoch}.snapshot
/// The workspace's epoch is part of what its owners write, so that what a former owner still
/// writes or removes is never what a later one has named.
/// Whether objects of this key are ever put over: leases, manifests and markers.
bool is_mutable_key(std::string_view key);
std::string manifest_key(std::string_view folder);
std::string segment_key(std::string_view folder, Sequence first, Sequence last,
                        std::uint64_t workspace_epoch);
/// The keys of all segments begin with it, and those of blobs.
std::string sessions_prefix(std::string_view folder);
std::string blob_key(std::string_view folder, std::string_view file_name);
std::string blob_prefix(std::string_view folder);
std::string snapshot_key(std::string_view folder, std::string_view database, Sequence applied,
                         std::uint64_t workspace_epoch);
std::string snapshot_prefix(std::string_view folder);

/// True for a name that fits into a key as one component: 1 to 64 of [A-Za-z0-9._-], no leading
/// dot.
bool is_key_name(std::string_view name);

}  // namespace coditect::replication
