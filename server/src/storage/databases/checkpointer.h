#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace coditect::databases {

/// Empties WALs into their databases on a thread of its own, so that no query waits for it.
///
/// Threads:    any.
/// Lifetime:   what `work` uses outlives it; the destructor stops.
/// Invariants: a database that is asked for again before its turn gets one turn.
class Checkpointer {
 public:
  /// Runs on the thread, with a database's key; must not throw.
  using Work = std::function<void(const std::string& key)>;

  explicit Checkpointer(Work work);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  /// Returns at once. Nothing happens after stop().
  void ask(const std::string& key);
  /// Waits for the one that runs and forgets the others: a WAL keeps what it holds. Idempotent.
  void stop();

 private:
  void run(const std::stop_token& stopping);

  const Work work_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> asked_;  // guarded by mutex_

  std::jthread thread_;
};

}  // namespace coditect::databases
