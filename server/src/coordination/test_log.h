#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/event.h"

namespace coditect::testing {

/// A log in memory for the tests of this layer: gives drafts their sequence numbers, and the
/// trip through a line of JSON that they take in the real one.
class TestLog {
 public:
  /// The event of the draft, applied to `core` and kept.
  template <class Core>
  Event record(Core& core, EventDraft draft, Time now = Time{std::chrono::seconds{1}}) {
    Event event;
    event.seq = events_.size() + 1;
    event.ts = now;
    event.type = std::move(draft.type);
    event.actor = std::move(draft.actor);
    event.session = std::move(draft.session);
    event.task = std::move(draft.task);
    event.data = std::move(draft.data);
    event.prev = std::string(64, '0');
    const auto parsed = parse_event(to_line(event));
    EXPECT_TRUE(parsed.ok());
    const auto applied = core.apply(*parsed);
    EXPECT_TRUE(applied.ok()) << (applied.ok() ? "" : applied.error().message);
    events_.push_back(*parsed);
    return *parsed;
  }

  template <class Core>
  void record_all(Core& core, std::vector<EventDraft> drafts,
                  Time now = Time{std::chrono::seconds{1}}) {
    for (EventDraft& draft : drafts) record(core, std::move(draft), now);
  }

  /// Applies everything recorded to `core`.
  template <class Core>
  void replay(Core& core) const {
    for (const Event& event : events_) EXPECT_TRUE(core.apply(event).ok()) << to_line(event);
  }

  const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
};

/// The snapshot as text, to compare.
template <class Core>
std::string text_of(const Core& core) {
  return json::serialize(core.snapshot());
}

/// The core that the snapshot of `core` restores, its text gone through a parser.
template <class Core>
Core restored(const Core& core) {
  const auto object = parse_json_object(text_of(core));
  EXPECT_TRUE(object.ok());
  auto again = Core::restore(*object);
  EXPECT_TRUE(again.ok()) << (again.ok() ? "" : again.error().message);
  return *std::move(again);
}

}  // namespace coditect::testing
