#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/databases/connection.h"
#include "storage/databases/database_files.h"
#include "storage/databases/event_feed.h"
#include "storage/databases/log_applier.h"
#include "storage/databases/projection.h"
#include "storage/databases/stats.h"
#include "storage/databases/templates.h"
#include "storage/databases/wait.h"

namespace coditect::databases {

/// One database of one workspace: its file, its writer and its pool of readers.
///
/// Threads:    any; calls block.
/// Lifetime:   templates and counters outlive it; it outlives its Readers.
/// Invariants: one writer at a time; at most kDatabaseConnectionsMax readers; readers_ hold only
///             connections to the file that identity_ names.
/// Errors:     a file that is missing, damaged, replaced, of another schema or ahead of the log is
///             not an error: catch_up() rebuilds it. Otherwise Errc::kUnavailable, kLimit where a
///             turn did not come in time, kCancelled.
class Database {
 public:
  /// A reading connection on loan; goes back to the pool when destroyed.
  class Reader;

  Database(std::filesystem::path path, const Projection& projection, const Templates& templates,
           Counters& counters);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// On success the database holds every event up to the feed's head at the time of the call, and
  /// a Reader taken next sees them. A catch-up that has begun runs to its end: others need it too.
  Result<void> catch_up(EventFeed& feed, const Wait& wait);
  /// Waits while all readers are on loan. Call after catch_up().
  Result<Reader> reader(const Wait& wait);
  /// Has the next catch_up() rebuild the file.
  void condemn();
  /// False when the file is condemned, missing or not the one that was opened: a failed read may
  /// succeed after another catch_up().
  bool intact() const;
  /// Rises whenever the file may hold other rows than before: with its first opening, with events
  /// that were applied, with a rebuild.
  std::uint64_t changes() const;
  /// Gives `work` a reading connection beside the pool, to the file as it is. Errc::kNotFound where
  /// the file or its WAL is missing: what it holds is then for the next catch_up() to decide.
  Result<void> scan(const std::function<Result<void>(Connection&)>& work);
  /// True once for every kWalPagesWanted pages that the WAL grows by: checkpoint_beside() is due.
  bool take_checkpoint_due();
  /// Copies the WAL into the database file beside queries and the writer, so that the next commit
  /// begins the WAL anew. Errors as scan().
  Result<void> checkpoint_beside();
  /// Empties the WAL into the database file. Nobody uses the database meanwhile.
  Result<void> checkpoint();
  /// Connections that are open now. Nobody uses the database meanwhile.
  std::size_t connections() const;

 private:
  // Counts open connections over all databases.
  struct CloseConnection {
    Counters* counters;
    void operator()(Connection* connection) const;
  };
  using ConnectionPtr = std::unique_ptr<Connection, CloseConnection>;
  class WriterTurn;

  Result<ConnectionPtr> connect(Connection::Mode mode);
  bool current(Sequence head) const;
  Result<WriterTurn> take_turn(const Wait& wait);
  void end_turn();
  void give_back(ConnectionPtr connection, std::uint64_t generation);

  // With the writer's turn.
  Result<void> catch_up_in_turn(EventFeed& feed);
  Result<void> apply_in_turn(EventFeed& feed);
  Result<void> open_in_turn();
  Result<bool> open_existing_in_turn();
  Result<void> recreate_in_turn();
  void close_in_turn();

  // Constant after construction.
  const DatabaseFiles files_;
  const Projection& projection_;
  const Templates& templates_;
  Counters& counters_;

  // Touched only by whoever has the writer's turn.
  ConnectionPtr writer_;
  Applied applied_;
  Trust trust_ = Trust::kUnverified;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // Protected by mutex_.
  bool turn_taken_ = false;
  bool usable_ = false;  ///< writer_ is open and the file held every event up to applied_seq_
  bool condemned_ = false;
  Sequence applied_seq_ = 0;
  std::uint64_t changes_ = 0;
  std::size_t wal_pages_ = 0;
  std::size_t checkpoint_at_pages_ = kWalPagesWanted;
  DatabaseFiles::Identity identity_{};
  std::uint64_t generation_ = 0;  ///< rises with every closing: readers of an older one are closed
  std::size_t on_loan_ = 0;
  std::vector<ConnectionPtr> idle_;
};

class Database::Reader {
 public:
  Reader(Database& database, ConnectionPtr connection, std::uint64_t generation)
      : database_(&database), connection_(std::move(connection)), generation_(generation) {}
  Reader(Reader&&) = default;
  Reader& operator=(Reader&&) = delete;
  ~Reader() {
    if (connection_) database_->give_back(std::move(connection_), generation_);
  }

  Connection& connection() { return *connection_; }

 private:
  Database* database_;
  ConnectionPtr connection_;
  std::uint64_t generation_;
};

}  // namespace coditect::databases
