#include "workspace/queries.h"

#include "storage/archive/archive_reader.h"
#include "storage/databases/queries/files.h"
#include "storage/databases/queries/log_search.h"
#include "storage/databases/queries/messages.h"
#include "storage/databases/queries/metrics.h"
#include "storage/databases/queries/moment_files.h"
#include "storage/databases/queries/view.h"
#include "workspace/files/file_change.h"
#include "workspace/log/archive_feed.h"
#include "workspace/undo/file_content.h"
#include "workspace/undo/task_runs.h"

namespace coditect::workspace {

namespace {

json::object rows_json(databases::Rows rows) {
  json::array columns;
  for (std::string& column : rows.columns) columns.push_back(json::string(column));
  return {{"columns", std::move(columns)},
          {"rows", std::move(rows.rows)},
          {"truncated", rows.truncated},
          {"elapsed_ms", rows.elapsed_ms}};
}

}  // namespace

template <class Work>
auto Queries::ask(Work work) -> awaitable<std::invoke_result_t<Work&, const databases::View&>> {
  CO_TRY_VOID(co_await parts_.log.flush());
  // What became durable during the flush is not in the archive yet, so it is not promised.
  auto run = [this, head = parts_.log.archived_head(), work = std::move(work)]() mutable {
    ArchiveFeed feed(parts_.log.archive_directory(), parts_.blobs, head);
    return work(databases::View{parts_.catalogue, parts_.directory, feed});
  };
  co_return co_await parts_.database.run(std::move(run));
}

awaitable<Result<json::value>> Queries::sql(databases::DatabaseName name, databases::Query query,
                                            std::string id) {
  std::stop_source stop;
  const auto pass_on = [&stop] { stop.request_stop(); };
  const std::stop_callback gone(query.stop, pass_on);
  query.stop = stop.get_token();
  if (!id.empty() && !under_way_.emplace(id, stop).second) {
    co_return Error{Errc::kConflict, "a query with the id '" + id + "' is under way",
                    "give each query an id of its own"};
  }
  auto work = [name, query = std::move(query)](const databases::View& view) -> Result<json::value> {
    TRY(databases::Rows rows, view.catalogue.query(view.workspace_dir, name, query, view.feed));
    return json::value(rows_json(std::move(rows)));
  };
  auto answer = co_await ask(std::move(work));
  under_way_.erase(id);
  co_return answer;
}

bool Queries::cancel(const std::string& id) {
  const auto found = under_way_.find(id);
  if (found == under_way_.end()) return false;
  found->second.request_stop();
  return true;
}

awaitable<Result<json::value>> Queries::file_history(std::string path, std::size_t limit) {
  auto work = [path = std::move(path), limit](const databases::View& view) -> Result<json::value> {
    TRY(json::array edits, databases::file_history(view, path, limit));
    return json::value(json::object{{"edits", std::move(edits)}});
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::file_at(std::string path, Sequence seq) {
  auto work = [this, path = std::move(path),
               seq](const databases::View& view) -> Result<json::value> {
    TRY(auto changes, databases::file_changes_until(view, path, seq));
    TRY(std::string text, content_of(changes, parts_.blobs));
    if (!is_text(text)) return invalid("'" + path + "' was not text then");
    const Sequence version = changes.empty() ? 0 : changes.back().seq;
    return json::value(json::object{{"seq", seq}, {"text", text}, {"version", version}});
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<Undone>> Queries::without_task(std::string task, FileIndex::Files now) {
  auto work = [this, task = std::move(task),
               now = std::move(now)](const databases::View& view) -> Result<Undone> {
    return undo_task(view, parts_.blobs, task, now);
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<std::string>> Queries::content_at(std::string path, Sequence seq) {
  auto work = [this, path = std::move(path),
               seq](const databases::View& view) -> Result<std::string> {
    TRY(auto changes, databases::file_changes_until(view, path, seq));
    return content_of(changes, parts_.blobs);
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::timeline_at(databases::TimelineLook look) {
  auto work = [look](const databases::View& view) -> Result<json::value> {
    TRY(json::object state, databases::timeline_at(view, look));
    return json::value(std::move(state));
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::density(databases::DensityQuestion question) {
  auto work = [question = std::move(question)](const databases::View& view) -> Result<json::value> {
    TRY(json::object counted, databases::density(view, question));
    return json::value(std::move(counted));
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<std::vector<blobs::TreeEntry>>> Queries::files_at(Sequence seq) {
  auto work = [this, seq](const databases::View& view) -> Result<std::vector<blobs::TreeEntry>> {
    TRY(const std::vector<databases::MomentFile> files, databases::moment_files(view, seq));
    std::vector<blobs::TreeEntry> entries;
    for (const databases::MomentFile& file : files) {
      TRY(const bool stored, parts_.blobs.contains(file.hash));
      if (!stored) {
        TRY(const auto changes, databases::file_changes_until(view, file.path, seq));
        TRY(const std::string content, content_of(changes, parts_.blobs));
        TRY_VOID(parts_.blobs.put(content));
      }
      entries.push_back({.path = file.path,
                         .hash = file.hash,
                         .size = file.size,
                         .mode = file.mode,
                         .target = {}});
    }
    return entries;
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<Sequence>> Queries::seq_at(Time time) {
  auto work = [time](const databases::View& view) { return databases::seq_at_time(view, time); };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::timeline_range(databases::TimelineFilter filter) {
  auto work = [this,
               filter = std::move(filter)](const databases::View& view) -> Result<json::value> {
    const bool everything =
        filter.types.empty() && filter.agent.empty() && filter.path.empty() && filter.before == 0;
    const archive::ArchiveReader reader(parts_.log.archive_directory());
    json::array events;
    Sequence first = 0;
    Sequence last = filter.from - 1;
    auto add = [&](std::string_view line, Sequence seq) -> Result<bool> {
      if (seq > view.feed.head()) return false;
      TRY(json::value event, parse_json(line));
      if (events.empty()) first = seq;
      events.push_back(std::move(event));
      last = seq;
      return events.size() < filter.limit;
    };
    if (everything) {
      TRY_VOID(reader.read(filter.from, add));
    } else {
      TRY(std::vector<Sequence> matching, databases::timeline_range(view, filter));
      for (const Sequence seq : matching) {
        TRY(std::string line, reader.line(seq));
        TRY([[maybe_unused]] const bool more, add(line, seq));
      }
    }
    json::object answer{{"events", std::move(events)}};
    const bool full = answer.at("events").as_array().size() >= filter.limit;
    if (filter.before > 0) {
      if (full && first > filter.from) answer["previous"] = first;
    } else if (full && last < view.feed.head()) {
      answer["next"] = last + 1;
    }
    return json::value(std::move(answer));
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::messages(std::optional<Sequence> before,
                                                 std::size_t limit) {
  auto work = [before, limit](const databases::View& view) -> Result<json::value> {
    TRY(json::object list, databases::list_messages(view, before.value_or(0), limit));
    list["more"] = list.contains("before");
    return json::value(std::move(list));
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::search_log(std::string query, std::size_t limit) {
  auto work = [this, query = databases::match_query(query),
               limit](const databases::View& view) -> Result<json::value> {
    // One more than asked for tells whether there are more.
    TRY(std::vector<Sequence> found, databases::search_log(view, query, limit + 1));
    const bool truncated = found.size() > limit;
    if (truncated) found.resize(limit);
    const archive::ArchiveReader reader(parts_.log.archive_directory());
    json::array hits;
    for (const Sequence seq : found) {
      TRY(const std::string line, reader.line(seq));
      TRY(const Event event, parse_event(line));
      hits.push_back(databases::log_hit(event, query.terms));
    }
    return json::value(json::object{{"log", std::move(hits)}, {"truncated", truncated}});
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::value>> Queries::cost_summary(std::string by) {
  CO_TRY(databases::CostBy key, databases::parse_cost_by(by));
  auto work = [key](const databases::View& view) -> Result<json::value> {
    TRY(json::object summary, databases::cost_summary(view, key));
    return json::value(std::move(summary));
  };
  co_return co_await ask(std::move(work));
}

awaitable<Result<json::object>> Queries::health() {
  auto work = [](const databases::View& view) -> Result<json::object> {
    json::object states;
    for (const databases::DatabaseName name : databases::kDatabaseNames) {
      auto sound = view.catalogue.check(view.workspace_dir, name);
      states[to_string(name)] = sound ? "ok" : sound.error().message;
    }
    return states;
  };
  co_return co_await ask(std::move(work));
}

}  // namespace coditect::workspace
