#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/storage_limits.h"
#include "storage/databases/checkpointer.h"
#include "storage/databases/database.h"
#include "storage/databases/database_name.h"
#include "storage/databases/event_feed.h"
#include "storage/databases/rows.h"
#include "storage/databases/stats.h"
#include "storage/databases/templates.h"

namespace coditect::databases {

/// The databases of every workspace of a node: WORKSPACE_DIR/databases/NAME.db. They are views of
/// the workspaces' logs: each query first brings its database up to the head of the feed it is
/// given. While the catalogue uses a database nothing else in the process opens its files, because
/// closing any descriptor of a file drops SQLite's locks on it.
///
/// Threads:    any; calls block, so they are made on database threads.
/// Lifetime:   outlives its calls. A thread of its own empties WALs that grew long.
/// Invariants: between calls no more than max_open_connections are open; the databases that were
///             used least recently are closed first.
/// Errors:     those of Database; a missing or damaged file is rebuilt, not reported.
class Catalogue {
 public:
  struct Options {
    /// Where empty databases are kept to be copied; written anew by create().
    std::filesystem::path template_dir = {};
    /// Over all workspaces; at least 2. A connection takes about 70 KB and up to 3 descriptors.
    std::size_t max_open_connections = 1000;
  };

  static Result<std::unique_ptr<Catalogue>> create(Options options);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  ~Catalogue();

  /// Puts the six databases, empty, into a workspace's folder, which is there. Leaves those that
  /// exist as they are.
  Result<void> create_all(const std::filesystem::path& workspace_dir);
  /// Runs a person's SQL; run_query says what is refused and how limits answer.
  Result<Rows> query(const std::filesystem::path& workspace_dir, DatabaseName name,
                     const Query& query, EventFeed& feed);
  /// Gives `work` a connection to read with. It may be called a second time, where the first failed
  /// because the file turned out to be damaged, so it starts by clearing what it fills.
  Result<void> read(const std::filesystem::path& workspace_dir, DatabaseName name, EventFeed& feed,
                    const std::function<Result<void>(Connection&)>& work);
  Result<void> catch_up(const std::filesystem::path& workspace_dir, DatabaseName name,
                        EventFeed& feed);
  /// For /health: whether the file is there, opens and is sound, without catching up. A large file
  /// is looked at for a quarter of a second. Errc::kUnavailable says what is wrong; the next query
  /// rebuilds it.
  Result<void> check(const std::filesystem::path& workspace_dir, DatabaseName name);
  /// A database whose file may hold other rows than before.
  struct Changed {
    std::filesystem::path workspace_dir;
    DatabaseName name;
  };
  /// Those that changed since the last call, in no order; one that is closed meanwhile is not
  /// forgotten. The first call names every database that was opened.
  std::vector<Changed> take_changed();
  /// Gives `work` a reading connection of its own to the file as it is, without catching up and
  /// without taking one from the queries; limits::kDatabaseScansMax run at once. Errc::kNotFound
  /// where the file or its WAL is missing, kLimit when no turn came in time.
  Result<void> scan(const std::filesystem::path& workspace_dir, DatabaseName name,
                    const std::function<Result<void>(Connection&)>& work);
  /// Closes a workspace's databases and empties their WALs, after the calls that use them. The
  /// caller begins no new ones.
  Result<void> close(const std::filesystem::path& workspace_dir);
  Stats stats() const;

 private:
  struct Entry;
  class Use;

  Catalogue(Options options, Templates templates);
  Result<void> read_until(const std::filesystem::path& workspace_dir, DatabaseName name,
                          EventFeed& feed, const Wait& wait,
                          const std::function<Result<void>(Connection&)>& work);
  Use use(const std::filesystem::path& workspace_dir, DatabaseName name);
  void checkpoint(const std::string& key);
  void give_back(Entry& entry);
  std::vector<std::unique_ptr<Entry>> take_beyond(std::size_t connections_max);

  // Constant after construction.
  const Options options_;
  const Templates templates_;

  Counters counters_;
  std::counting_semaphore<limits::kDatabaseScansMax> scans_{limits::kDatabaseScansMax};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_.
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  std::list<Entry*> unused_;  ///< entries without users, least recently used first
  std::unordered_map<std::string, Changed> changed_databases_;
  std::uint64_t databases_evicted_ = 0;

  Checkpointer checkpointer_;
};

}  // namespace coditect::databases
