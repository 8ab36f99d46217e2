#include "storage/replication/log/log_tail.h"

#include <utility>

#include "storage/replication/log/log_reader.h"

namespace coditect::replication {

awaitable<Result<void>> LogTail::read(WorkspaceId workspace, LogPlace from, EntrySink& sink) {
  LogReader reader(store_, std::move(from), [workspace = std::move(workspace)](const Entry& entry) {
    return entry.workspace == workspace;
  });
  while (true) {
    CO_TRY(std::optional<LogReader::LoadedBundle> bundle, co_await reader.next());
    if (!bundle) break;
    for (LogReader::LoadedEntry& loaded : bundle->entries) {
      CO_TRY_VOID(co_await sink.take(std::move(loaded.entry), std::move(loaded.content)));
    }
  }
  if (reader.end() == LogReader::End::kGap) {
    co_return internal("the bundle " + bundle_key(reader.place()) + " is missing",
                       "look for it in a copy of the object store: its events are nowhere else");
  }
  co_return Result<void>();
}

}  // namespace coditect::replication
