#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "coordination/locks/lock_table.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// Acquires, renews and releases locks for callers who can wait, and ends what is due: leases,
/// waits, deadlocks.
///
/// Threads:    the workspace's strand.
/// Lifetime:   log, table and clock outlive it. Await close() before destroying it.
/// Invariants: an answer leaves only after its events are durable.
/// Errors:     those of locks::LockTable, and those of the log.
class LockService {
 public:
  /// Hears that a request has to wait, and for whom.
  using OnWait = std::function<void(const std::vector<std::string>& waits_for)>;

  LockService(Strand strand, EventLog& log, locks::LockTable& table, const Clock& clock);

  /// Waits its turn, at most `request.timeout`. `request.now` is set here. Requesting `stop` ends
  /// the wait with Errc::kCancelled; a lock that was granted meanwhile is returned all the same.
  awaitable<Result<locks::Grant>> acquire(locks::Request request, std::stop_token stop,
                                          OnWait on_wait);
  awaitable<Result<locks::Grant>> renew(locks::Token token, std::string holder,
                                        std::chrono::milliseconds lease,
                                        locks::Renewal renewal = locks::Renewal::kInPerson);
  /// Gives a lock back at once; the event's place says when that is durable.
  Result<Sequence> give_back(const std::string& path, locks::Token token,
                             const std::string& holder);
  /// give_back(), durable.
  awaitable<Result<void>> release(std::string path, locks::Token token, std::string holder);
  /// Ends everything that `holder` has and waits for.
  void release_all(const std::string& holder, locks::ReleaseReason reason);
  /// Takes a lock away at once; the event's place says when that is durable.
  Result<Sequence> take_away(locks::Token token, const std::string& actor);
  /// Ends a wait for good, with `why`; nothing where it has ended before.
  void refuse(locks::WaiterId waiter, Error why);
  /// take_away(), durable.
  awaitable<Result<void>> revoke(locks::Token token, std::string actor);

  const locks::LockTable& table() const { return table_; }
  /// Ends every wait with Errc::kUnavailable and refuses new requests: the workspace closes.
  void end_waits();
  /// Does what is due now; call it after a start from a snapshot.
  void pump();
  awaitable<void> close();

 private:
  void record(std::vector<EventDraft> events);
  void end_wait(locks::WaiterId waiter, Error why);
  void arm();
  awaitable<void> watch_deadlines();
  awaitable<Result<locks::Grant>> await_turn(locks::WaiterId waiter, std::stop_token stop);

  const Strand strand_;
  EventLog& log_;
  locks::LockTable& table_;
  const Clock& clock_;
  // Touched only on strand_.
  std::map<locks::WaiterId, std::optional<Result<locks::Grant>>> waits_;
  Notifier changed_;
  Notifier deadline_changed_;
  bool watching_ = false;
  bool refuses_waits_ = false;
  bool closed_ = false;
  TaskGroup background_;
};

}  // namespace coditect::workspace
