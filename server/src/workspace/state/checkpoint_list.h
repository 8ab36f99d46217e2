#pragma once

#include <string>
#include <vector>

#include "base/event.h"
#include "base/json.h"

namespace coditect::workspace {

/// The tree of the project at one moment, kept so that it can be restored.
struct Checkpoint {
  std::string id;
  std::string label;
  std::string tree;  ///< hash of the tree manifest
  Sequence seq = 0;
  Time ts{};
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::string task;  ///< that it was made for, before it began; "" for none
};

json::object to_json(const Checkpoint& checkpoint);

/// The label of the checkpoint that records what came with the workspace.
inline constexpr std::string_view kProvisionedLabel = "provisioned";

/// All checkpoints of a workspace, oldest first. Changed by apply() alone.
class CheckpointList {
 public:
  const std::vector<Checkpoint>& all() const { return all_; }
  const Checkpoint* find(std::string_view id) const;
  /// The one that was made before the task began.
  const Checkpoint* find_of_task(std::string_view task) const;

  void apply(const Event& event);

  json::array snapshot() const;
  static Result<CheckpointList> restore(const json::array& snapshot);

 private:
  std::vector<Checkpoint> all_;
};

}  // namespace coditect::workspace
