#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/databases/event_feed.h"

namespace coditect::databases {

/// A log in memory, for tests and benchmarks: numbers and chains the events that it is given.
///
/// Threads: any.
class MemoryFeed final : public EventFeed {
 public:
  Sequence head() const override {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

  Result<void> read(Sequence from, const std::function<Result<void>(const Event&)>& each) override {
    for (Sequence seq = from;; ++seq) {
      Event event;
      {
        const std::lock_guard lock(mutex_);
        if (seq > events_.size()) return {};
        event = events_[seq - 1];
      }
      TRY_VOID(each(event));
    }
  }

  Result<std::vector<TreeFile>> tree(std::string_view tree_hash) override {
    const std::lock_guard lock(mutex_);
    const auto found = trees_.find(std::string(tree_hash));
    if (found == trees_.end()) return not_found("no tree " + std::string(tree_hash));
    return found->second;
  }

  void add_tree(std::string hash, std::vector<TreeFile> files) {
    const std::lock_guard lock(mutex_);
    trees_[std::move(hash)] = std::move(files);
  }

  /// Appends one event, a second after the one before; its number.
  Sequence add(std::string type, std::string actor, std::string task, json::object data) {
    const std::lock_guard lock(mutex_);
    Event event;
    event.seq = events_.size() + 1;
    event.ts = Time{std::chrono::seconds{1'800'000'000 + event.seq}} + pauses_;
    event.type = std::move(type);
    event.actor = std::move(actor);
    event.task = std::move(task);
    event.data = std::move(data);
    // Chained by content as the real log is, without its cost.
    event.prev =
        std::to_string(std::hash<std::string>{}(events_.empty() ? "" : to_line(events_.back())));
    events_.push_back(std::move(event));
    return events_.size();
  }

  /// Nothing happens for so long.
  void pause(std::chrono::seconds length) {
    const std::lock_guard lock(mutex_);
    pauses_ += length;
  }

  /// Forgets the events after `seq`, as a restore to an earlier state does.
  void cut_after(Sequence seq) {
    const std::lock_guard lock(mutex_);
    events_.resize(std::min<std::size_t>(seq, events_.size()));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
  std::chrono::seconds pauses_{};
  std::map<std::string, std::vector<TreeFile>> trees_;
};

}  // namespace coditect::databases
