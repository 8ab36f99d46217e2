#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace coditect {

/// A text identifier that only compares with its own kind, so that a task's id cannot be passed
/// where a workspace's is meant.
template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const StrongId&) const = default;

 private:
  std::string text_;
};

using WorkspaceId = StrongId<struct WorkspaceTag>;
using SessionId = StrongId<struct SessionTag>;
using TaskId = StrongId<struct TaskTag>;

/// Position of an event in its workspace's log; the first event has 1, 0 means "none yet".
using Sequence = std::uint64_t;

}  // namespace coditect

template <class Tag>
struct std::hash<coditect::StrongId<Tag>> {
  std::size_t operator()(const coditect::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
