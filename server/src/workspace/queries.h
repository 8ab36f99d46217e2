#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/json.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/tree.h"
#include "storage/databases/catalogue.h"
#include "storage/databases/queries/density.h"
#include "storage/databases/queries/timeline.h"
#include "workspace/files/file_index.h"
#include "workspace/log/event_log.h"
#include "workspace/undo/undo_runs.h"

namespace coditect::workspace {

/// Questions about the past, answered from the databases and the archive. Each first brings the
/// database that it asks up to date, so it sees everything that was acknowledged before.
///
/// Threads:  the workspace's strand; the work is done on database threads.
/// Lifetime: its parts outlive it.
class Queries {
 public:
  struct Parts {
    EventLog& log;
    blobs::BlobStore& blobs;
    databases::Catalogue& catalogue;
    BlockingPool& database;
    std::filesystem::path directory;  ///< of the workspace
  };

  explicit Queries(Parts parts) : parts_(std::move(parts)) {}

  /// {columns, rows, truncated, elapsed_ms}. Under an `id`, which nobody else uses meanwhile,
  /// cancel() ends it; so does query.stop. Errc::kConflict where the id is in use.
  awaitable<Result<json::value>> sql(databases::DatabaseName name, databases::Query query,
                                     std::string id = {});
  /// Interrupts the statement; it ends as Errc::kCancelled. Whether there was one.
  bool cancel(const std::string& id);
  /// {edits: [...]}, newest first
  awaitable<Result<json::value>> file_history(std::string path, std::size_t limit);
  /// {seq, text, version}: the file as it was right after `seq`
  awaitable<Result<json::value>> file_at(std::string path, Sequence seq);
  /// What the files `now` would be without what the task did to them, with the contents; empty
  /// where the log knows of no file that it changed.
  awaitable<Result<Undone>> without_task(std::string task, FileIndex::Files now);
  /// The bytes of the file as they were right after `seq`.
  awaitable<Result<std::string>> content_at(std::string path, Sequence seq);
  /// {seq, files, agents, locks, tasks}: the workspace as it was at a moment
  awaitable<Result<json::value>> timeline_at(databases::TimelineLook look);
  /// {from, to, width, to_ts, buckets, gaps}: how much happened when
  awaitable<Result<json::value>> density(databases::DensityQuestion question);
  /// The project's files right after `seq`, by path, with their contents in the blob store.
  awaitable<Result<std::vector<blobs::TreeEntry>>> files_at(Sequence seq);
  /// The last event at or before `time`; Errc::kNotFound where that is before the first.
  awaitable<Result<Sequence>> seq_at(Time time);
  /// {events: [...], next?, previous?}: the events themselves, in order; `next` is where to go on,
  /// and `previous` the `before` of the page before
  awaitable<Result<json::value>> timeline_range(databases::TimelineFilter filter);
  /// {messages: [...], more}: oldest first, the newest `limit` of those before `before`
  awaitable<Result<json::value>> messages(std::optional<Sequence> before, std::size_t limit);
  /// {log: [{seq, ts, type, actor, task?, path?, tool?, excerpt}], truncated}: what was said and
  /// done that holds every word of `query`, and its "phrases", best first
  awaitable<Result<json::value>> search_log(std::string query, std::size_t limit);
  /// {rows: [...], total}
  awaitable<Result<json::value>> cost_summary(std::string by);
  /// Whether each database answers: {name: "ok" or what is wrong}.
  awaitable<Result<json::object>> health();

 private:
  class Feed;

  /// Runs `work(view)` on a database thread with everything that is durable now in the archive.
  template <class Work>
  auto ask(Work work) -> awaitable<std::invoke_result_t<Work&, const databases::View&>>;

  const Parts parts_;
  // Touched only on the workspace's strand.
  std::map<std::string, std::stop_source> under_way_;  ///< statements that have an id
};

}  // namespace coditect::workspace
