#pragma once

#include <cstdint>

#include "base/event.h"
#include "base/result.h"
#include "storage/databases/projection_target.h"

namespace coditect::databases {

/// Events are counted, and locks found, by slots of so many: event n is in slot (n - 1) / this.
inline constexpr std::int64_t kSlotEvents = 256;
/// A pause that is longer is a row of the table `idle_gaps`.
inline constexpr std::int64_t kIdleGapMs = 20'000;

/// Counts the event in the tables `density`, which has how many events of each type each agent has
/// caused in each slot, and `idle_gaps`, how long nothing happened before an event. The event is
/// not in the table `events` yet; the one before it is.
Result<void> apply_density(const Event& event, ProjectionTarget& target);

}  // namespace coditect::databases
