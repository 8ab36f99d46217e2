#pragma once

#include <chrono>

#include "async/strand.h"
#include "base/clock.h"

namespace coditect::replication {

/// The time that leases are measured with; a simulation gives its own.
///
/// Threads: now() on any; sleep_for() on the caller's strand.
class Timing {
 public:
  virtual ~Timing() = default;
  /// Monotonic. A node compares it with its own earlier values only, never with another node's.
  virtual SteadyTime now() const = 0;
  /// Resumes after at least `time`. A cancelled sleeper ends with an exception.
  virtual awaitable<void> sleep_for(std::chrono::milliseconds time) = 0;
};

/// The machine's: a clock that goes on while the machine is suspended, and Asio's timers.
class SystemTiming final : public Timing {
 public:
  SteadyTime now() const override;
  awaitable<void> sleep_for(std::chrono::milliseconds time) override;
};

}  // namespace coditect::replication
