#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace coditect::testing {

/// What can happen to a request on its way to a server, or to the answer on its way back.
enum class Fault {
  kNone,
  kRefuse429,     ///< answered without the server: too many requests
  kRefuse503,     ///< the same: overloaded
  kLostRequest,   ///< the connection ends; the server never sees the request
  kLostResponse,  ///< the server does what it is asked; the connection ends without its answer
  kCutResponse,   ///< the connection ends in the middle of the answer
  kDuplicate,     ///< the server sees the request twice; its first answer goes back
  kReorder,       ///< the request waits until the next one has been answered
  kStall,         ///< no answer for longer than clients wait; the server never sees the request
  kSlow,          ///< the answer comes in small pieces
};

/// "lost_response"; nothing for an unknown name.
std::optional<Fault> parse_fault(std::string_view name);
std::string_view to_string(Fault fault);
/// All but kNone.
const std::vector<Fault>& all_faults();

/// Decides what happens to the next request.
///
/// Threads: any.
class FaultPlan {
 public:
  virtual ~FaultPlan() = default;
  virtual Fault next() = 0;
};

/// Faults of given kinds at a given rate, the same ones for the same seed.
class SeededFaults final : public FaultPlan {
 public:
  /// `per_mille` of all requests meet one of `kinds`.
  SeededFaults(std::uint64_t seed, unsigned per_mille, std::vector<Fault> kinds)
      : per_mille_(per_mille), kinds_(std::move(kinds)), engine_(seed) {}
  Fault next() override;

 private:
  const unsigned per_mille_;
  const std::vector<Fault> kinds_;
  std::mutex mutex_;
  std::mt19937_64 engine_;  // guarded by mutex_
};

/// The faults that a test gives, in order, and then none; or one for every request until told
/// otherwise: a cut, a storm.
class ScriptedFaults final : public FaultPlan {
 public:
  Fault next() override;
  void script(std::deque<Fault> faults);
  /// From now on, behind the script.
  void always(Fault fault);

 private:
  std::mutex mutex_;
  std::deque<Fault> script_;     // guarded by mutex_
  Fault always_ = Fault::kNone;  // guarded by mutex_
};

}  // namespace coditect::testing
