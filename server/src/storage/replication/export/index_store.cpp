#include "storage/replication/export/index_store.h"

#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

constexpr const char* kIndexKey = "export.json";
constexpr objects::Range kWhole{};

objects::Condition still(const std::string& generation) {
  if (generation.empty()) return objects::IfAbsent{};
  return objects::IfGeneration{generation};
}

}  // namespace

awaitable<Result<Versioned<ExportIndex>>> IndexStore::load() {
  auto object = co_await store_.get(kIndexKey, kWhole, kExportIndexBytesMax);
  if (!object && object.error().code == Errc::kNotFound) co_return Versioned<ExportIndex>{};
  if (!object) co_return std::move(object).error().in(kIndexKey);
  CO_TRY(ExportIndex index, parse_export_index(object->content));
  co_return Versioned<ExportIndex>{std::move(index), std::move(object->info.generation)};
}

awaitable<Result<std::string>> IndexStore::replace(ExportIndex index, std::string generation) {
  const std::string text = to_text(index);
  if (text.size() > kExportIndexBytesMax) {
    co_return Error{Errc::kLimit, "the project has too many files to be exported", {}};
  }
  const objects::Condition condition = still(generation);
  Error last;
  for (int attempt = 0; attempt < limits::kSwapAttemptsMax; ++attempt) {
    auto put = co_await store_.put(kIndexKey, text, condition);
    if (put) co_return std::move(put->generation);
    last = std::move(put).error();
    if (last.code != Errc::kConflict && last.code != Errc::kUnavailable) break;
    // It may be our own answer that was lost.
    auto now = co_await store_.get(kIndexKey, kWhole, kExportIndexBytesMax);
    if (now && now->content == text) co_return std::move(now->info.generation);
    if (last.code == Errc::kConflict) break;
  }
  co_return std::move(last).in(kIndexKey);
}

awaitable<Result<void>> IndexStore::mark_changing(std::set<std::string> touched) {
  Result<std::string> replaced;
  for (int attempt = 0; attempt < limits::kSwapAttemptsMax; ++attempt) {
    CO_TRY(Versioned<ExportIndex> now, co_await load());
    now.value.changing.insert(touched.begin(), touched.end());
    replaced = co_await replace(std::move(now.value), std::move(now.generation));
    if (replaced || replaced.error().code != Errc::kConflict) break;
  }
  if (!replaced) co_return std::move(replaced).error();
  co_return Result<void>{};
}

}  // namespace coditect::replication
