#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "storage/objects/memory/memory_bucket.h"
#include "storage/replication/manifest.h"

namespace coditect::replication::simulation {

/// When an event of a workspace is acknowledged.
enum class Durability { kLocal, kReplicated };

/// Sees everything at its true time, and knows what must never be.
///
/// Threads:    one.
/// Invariants: checked of the simulated system:
///   1. an acknowledgement is given only while the store's lease and manifest name the giver, in
///      its epoch: so by one node at any time;
///   2. what was acknowledged as replicated, and what lies in an acknowledged bundle, is what every
///      later reading of the log gives;
///   3. a log has no gap, and no event in two forms;
///   4. epochs only rise.
class Oracle {
 public:
  explicit Oracle(std::shared_ptr<objects::MemoryBucket> bucket) : bucket_(std::move(bucket)) {}

  struct Acknowledgement {
    WorkspaceId workspace;
    std::string folder;
    Manifest::Owner by;
    Sequence seq = 0;
    std::string line;
    Durability durability = Durability::kLocal;
  };
  void acknowledged(const Acknowledgement& given);
  /// The node knows that the line is in its log.
  void shipped(const WorkspaceId& workspace, Sequence seq, const std::string& line);
  /// What a node that takes the workspace read from the logs.
  void restored(const WorkspaceId& workspace, const std::vector<std::string>& lines);
  void written(const std::string& key, std::string_view content);

  void violation(std::string what);
  /// The first one.
  const std::optional<std::string>& violation() const { return violation_; }

  // That the runs are worth something.
  struct Counts {
    std::uint64_t acknowledged_locally = 0;
    std::uint64_t acknowledged_replicated = 0;
    std::uint64_t restores = 0;
    std::uint64_t lease_epochs = 0;

    Counts& operator+=(const Counts& other);
  };
  const Counts& counts() const { return counts_; }

 private:
  void keep(const WorkspaceId& workspace, Sequence seq, const std::string& line);
  void check_giver(const Acknowledgement& given);

  const std::shared_ptr<objects::MemoryBucket> bucket_;
  std::map<WorkspaceId, std::map<Sequence, std::string>> must_be_there_;
  std::map<std::string, std::uint64_t> epochs_;  // by key
  std::optional<std::string> violation_;
  Counts counts_;
};

}  // namespace coditect::replication::simulation
