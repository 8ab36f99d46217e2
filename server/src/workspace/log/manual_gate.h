#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <utility>

#include "workspace/log/ack_gate.h"

namespace coditect::workspace {

/// A gate that a test opens, closes and moves.
///
/// Threads:  one strand; listeners are told on it.
/// Lifetime: outlives the logs that listen.
class ManualGate final : public AckGate {
 public:
  bool is_open() const override { return open_; }
  Sequence shipped(const WorkspaceId&) const override { return shipped_; }
  void hurry() override { ++hurries_; }
  void listen(const WorkspaceId& workspace, std::function<void()> on_change) override {
    listeners_[workspace] = std::move(on_change);
  }
  void stop_listening(const WorkspaceId& workspace) override { listeners_.erase(workspace); }

  void set_open(bool open) {
    open_ = open;
    tell();
  }
  void ship(Sequence through) {
    shipped_ = through;
    tell();
  }
  std::size_t listeners() const { return listeners_.size(); }
  int hurries() const { return hurries_; }

 private:
  void tell() {
    for (const auto& [workspace, on_change] : listeners_) on_change();
  }

  std::atomic<bool> open_ = true;
  std::atomic<Sequence> shipped_ = 0;
  int hurries_ = 0;
  std::map<WorkspaceId, std::function<void()>> listeners_;
};

}  // namespace coditect::workspace
