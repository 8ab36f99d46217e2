#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include "async/linked_stop.h"

namespace coditect::agents::acp {

/// Ends what waits in a turn: with the turn, or with the run.
///
/// Threads: one strand.
class TurnStop {
 public:
  explicit TurnStop(std::stop_token run) : run_(std::move(run)) { begin(); }

  /// What is asked from here on belongs to another turn.
  void begin() { turn_ = std::make_unique<LinkedStop>(run_); }
  void cancel() { turn_->request_stop(); }
  std::stop_token token() const { return turn_->token(); }

 private:
  const std::stop_token run_;
  std::unique_ptr<LinkedStop> turn_;
};

}  // namespace coditect::agents::acp
