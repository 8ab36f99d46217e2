#pragma once

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/event.h"
#include "storage/archive/archive.h"
#include "storage/journal/journal.h"
#include "workspace/log/ack_gate.h"

namespace coditect::workspace {

/// One line of the log, shared by everybody it is shown to.
struct LogLine {
  Sequence seq = 0;
  std::shared_ptr<const std::string> text;
};

/// A workspace's log: gives events their place, makes them durable, then shows them.
///
/// Threads:    the workspace's strand; every method is called on it.
/// Lifetime:   shared: the journal's completions hold it. `journal`, `disk` and `clock` outlive it.
///             Await close() before the last owner lets go.
/// Invariants: durable_ <= on_disk_ <= sent_ <= head_; archived_ <= durable_ until close(); seq has
/// no gap;
///             nobody is shown an event beyond durable_; recent_ holds every event after archived_.
/// Errors:     after the journal fails once, every later durable() returns that error: what the
///             state then holds in memory may never have reached the disk, so the workspace stops.
///             A journal whose queue is full has not failed: events wait here for room, in order,
///             and admit() refuses new commands meanwhile.
class EventLog : public std::enable_shared_from_this<EventLog> {
 public:
  /// Called for each event as it takes its place, before it is durable.
  using Apply = std::function<void(const Event&)>;

  struct Services {
    journal::Journal& journal;
    BlockingPool& disk;
    const Clock& clock;
    AckGate* gate = nullptr;  ///< null: what is on this disk may be acknowledged
    Durability durability = Durability::kLocal;
  };

  /// `archive` is the open archive of `directory`; the log goes on from its head.
  EventLog(Strand strand, Services services, WorkspaceId workspace, std::filesystem::path directory,
           archive::Archive archive, Apply apply);

  /// Errc::kLimit while the journal takes no more, and the error that it has failed with. A command
  /// asks before it appends, so that it is refused whole; what follows from commands that were
  /// admitted is not refused.
  Result<void> admit() const;
  /// Returns once the journal has taken everything, or has failed.
  awaitable<void> room();
  /// Gives the event its place, applies it and sends it on its way to the disk.
  Sequence append(EventDraft draft);
  /// The session of events that name none from here on.
  void set_session(std::string id) { session_ = std::move(id); }
  /// Returns once `seq` is as durable as the workspace wants it. Errc::kUnavailable when the node
  /// may not acknowledge: the event stands in its place, and may come to be acknowledged later.
  awaitable<Result<void>> durable(Sequence seq);
  /// Returns once `seq` is on this machine's stable storage, acknowledged or not: it keeps its
  /// place in the log from there on. Errors of the journal.
  awaitable<Result<void>> on_disk(Sequence seq);
  /// admit(), append() and durable().
  awaitable<Result<Sequence>> record(EventDraft draft);

  Sequence head() const { return head_; }
  /// SHA-256 of the line of head().
  const std::string& head_hash() const { return head_hash_; }
  Sequence durable_head() const { return durable_; }
  /// The last event that readers of the archive find.
  Sequence archived_head() const { return archived_; }
  bool failed() const { return failure_.has_value(); }

  /// Up to `limit` durable lines from `from` on, as many as are at hand.
  awaitable<Result<std::vector<LogLine>>> read(Sequence from, std::size_t limit);

  /// Calls `on_progress` on the strand whenever more events are durable, and when the log is closed
  /// or fails. It must not block.
  std::uint64_t add_listener(std::function<void()> on_progress);
  /// No call of that listener begins after this returned.
  void remove_listener(std::uint64_t id);

  /// Brings every durable event into the archive, where readers and databases find it.
  awaitable<Result<void>> flush();
  /// flush(), sync the archive, and let the journal forget what it holds of this workspace.
  awaitable<Result<void>> settle();
  /// Waits for what is under way, settles, and wakes everybody who waits.
  awaitable<Result<void>> close();
  bool closed() const { return closed_; }

  /// Events that are durable but not yet known to be synced in the archive.
  Sequence unsettled() const { return durable_ - settled_; }
  const std::filesystem::path& archive_directory() const { return directory_; }

 private:
  void send();
  bool send_one(const LogLine& line);
  void send_later();
  void on_durable(Sequence seq, const Result<void>& result);
  void listen_to_gate();
  bool may_acknowledge() const;
  void acknowledge();
  awaitable<Result<void>> flush_through(Sequence through);
  void trim_recent();
  void tell_progress();

  // Constant after construction.
  const Strand strand_;
  const Services services_;
  const WorkspaceId workspace_;
  const Apply apply_;
  const std::filesystem::path directory_;

  // Touched only on strand_, but for archive_, which belongs to whoever holds archiving_.
  archive::Archive archive_;
  AsyncMutex archiving_;
  Sequence head_ = 0;
  std::string head_hash_;
  std::string session_;
  Sequence sent_ = 0;  ///< the journal has taken it
  bool refused_ = false;
  bool sending_later_ = false;
  asio::steady_timer send_again_;
  Sequence on_disk_ = 0;  ///< on this machine's stable storage
  Sequence durable_ = 0;  ///< and acknowledged
  Sequence archived_ = 0;
  Sequence settled_ = 0;
  std::deque<LogLine> recent_;
  std::size_t recent_bytes_ = 0;
  std::optional<Error> failure_;
  bool closed_ = false;
  bool listening_ = false;  ///< to the gate
  Notifier progress_;
  std::map<std::uint64_t, std::function<void()>> listeners_;
  std::uint64_t last_listener_ = 0;
};

}  // namespace coditect::workspace
