#include "testing/fault.h"

#include <utility>

namespace coditect::testing {

namespace {

constexpr std::pair<Fault, std::string_view> kNames[] = {
    {Fault::kNone, "none"},
    {Fault::kRefuse429, "refuse_429"},
    {Fault::kRefuse503, "refuse_503"},
    {Fault::kLostRequest, "lost_request"},
    {Fault::kLostResponse, "lost_response"},
    {Fault::kCutResponse, "cut_response"},
    {Fault::kDuplicate, "duplicate"},
    {Fault::kReorder, "reorder"},
    {Fault::kStall, "stall"},
    {Fault::kSlow, "slow"},
};

std::vector<Fault> every_fault() {
  std::vector<Fault> faults;
  for (const auto& [fault, name] : kNames) {
    if (fault != Fault::kNone) faults.push_back(fault);
  }
  return faults;
}

}  // namespace

std::optional<Fault> parse_fault(std::string_view name) {
  for (const auto& [fault, known] : kNames) {
    if (name == known) return fault;
  }
  return std::nullopt;
}

std::string_view to_string(Fault fault) {
  for (const auto& [known, name] : kNames) {
    if (fault == known) return name;
  }
  return "none";
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults = every_fault();
  return faults;
}

Fault SeededFaults::next() {
  const std::lock_guard guard(mutex_);
  // Both are drawn each time, so that a request's fate hangs on its place alone.
  const std::uint64_t chance = engine_() % 1000;
  const std::uint64_t kind = engine_();
  if (kinds_.empty() || chance >= per_mille_) return Fault::kNone;
  return kinds_[kind % kinds_.size()];
}

Fault ScriptedFaults::next() {
  const std::lock_guard guard(mutex_);
  if (script_.empty()) return always_;
  const Fault fault = script_.front();
  script_.pop_front();
  return fault;
}

void ScriptedFaults::script(std::deque<Fault> faults) {
  const std::lock_guard guard(mutex_);
  script_ = std::move(faults);
}

void ScriptedFaults::always(Fault fault) {
  const std::lock_guard guard(mutex_);
  always_ = fault;
}

}  // namespace coditect::testing
