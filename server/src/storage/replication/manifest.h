#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/replication/keys.h"

namespace coditect::replication {

/// A workspace in the object store: who owns it and where its parts are. manifest.json, changed
/// only by compare-and-swap by its owner; docs/formats/manifest.md has the format.
///
/// Invariants: epoch rises with every change of owner, never falls; segments are gap-free from
///             event 1 on; every event after them is in `logs` or was never shipped.
struct Manifest {
  struct Owner {
    NodeId node;
    std::uint64_t node_epoch = 0;
    bool operator==(const Owner&) const = default;
  };
  /// A run of archived events, one zstd frame of JSONL lines.
  struct Segment {
    Sequence first = 0;
    Sequence last = 0;
    std::uint64_t epoch = 0;  ///< the workspace's when it was written; part of its key
    std::uint64_t content_bytes = 0;
    std::string sha256;  ///< of the content
    bool operator==(const Segment&) const = default;
  };
  /// A whole database; page changes since are in the bundles.
  struct DatabaseSnapshot {
    std::string key;
    Sequence applied = 0;        ///< the transaction watermark: events that it has applied
    std::uint64_t checksum = 0;  ///< rolling, over its pages
    std::uint64_t bytes = 0;
    bool operator==(const DatabaseSnapshot&) const = default;
  };
  /// The project's files at one moment; edits since are in the log.
  struct ProjectTree {
    std::string tree;  ///< hash of the tree's manifest among the blobs
    Sequence seq = 0;  ///< every edit up to it is in the tree; later ones may be
    bool operator==(const ProjectTree&) const = default;
  };

  WorkspaceId workspace;
  std::uint64_t epoch = 0;
  std::optional<Owner> owner;  ///< none: released, anybody may take it
  json::object meta;           ///< the registry's row
  std::vector<Segment> segments;
  std::string head_hash;       ///< SHA-256 of the last archived line; "" before the first
  std::vector<LogPlace> logs;  ///< by age: the first bundle of each log that may hold later events
  std::map<std::string, DatabaseSnapshot, std::less<>> databases;
  std::optional<ProjectTree> project;

  /// The last event that the segments hold; 0 where there are none.
  Sequence archived() const { return segments.empty() ? 0 : segments.back().last; }
  bool operator==(const Manifest&) const = default;
};

/// Errc::kInvalid, saying which, for a manifest that breaks an invariant or could not be read back.
Result<void> check_manifest(const Manifest& manifest);
/// One line of canonical JSON and a newline. The manifest keeps its invariants.
std::string to_text(const Manifest& manifest);
/// Errc::kInternal for anything that to_text() would not write, or that breaks an invariant, saying
/// what.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace coditect::replication
