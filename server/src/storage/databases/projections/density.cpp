#include "storage/databases/projections/density.h"

#include <chrono>
#include <string>

#include "storage/databases/event_fields.h"

namespace coditect::databases {

namespace {

Result<void> apply_gap(const Event& event, ProjectionTarget& target) {
  TRY(const auto before, target.text("SELECT ts FROM events WHERE seq=?", event.seq - 1));
  if (!before) return {};
  TRY(const Time last, parse_rfc3339(*before));
  const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(event.ts - last);
  if (gap.count() < kIdleGapMs) return {};
  return target.run("INSERT INTO idle_gaps(seq, ms) VALUES(?,?)", event.seq,
                    static_cast<std::int64_t>(gap.count()));
}

}  // namespace

Result<void> apply_density(const Event& event, ProjectionTarget& target) {
  const auto slot = static_cast<std::int64_t>(event.seq - 1) / kSlotEvents;
  TRY_VOID(
      target.run("INSERT INTO density(slot, type, agent, events) VALUES(?,?,?,1)"
                 " ON CONFLICT DO UPDATE SET events=events+1",
                 slot, event.type, agent_of(event).value_or("")));
  return apply_gap(event, target);
}

}  // namespace coditect::databases
