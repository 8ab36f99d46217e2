#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "storage/objects/memory/faults.h"

namespace coditect::objects {

/// The faults that a test has written down, one for each call, and none behind them.
///
/// Threads: one at a time.
class ScriptedFaults final : public Faults {
 public:
  Fault next(StoreCall call, std::string_view) override {
    calls_.push_back(call);
    if (script_.empty()) return {};
    Fault fault = script_.front();
    script_.pop_front();
    return fault;
  }

  std::deque<Fault> script_;
  std::vector<StoreCall> calls_;
};

}  // namespace coditect::objects
