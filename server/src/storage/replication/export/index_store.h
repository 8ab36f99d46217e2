#pragma once

#include <set>
#include <string>

#include "storage/objects/object_store.h"
#include "storage/replication/export/export_index.h"
#include "storage/replication/manifest_store.h"

namespace coditect::replication {

/// The index of an export, export.json in its store, changed only by compare-and-swap.
///
/// Threads:    any strand; a call resumes where it was awaited.
/// Lifetime:   `store` outlives it and its calls.
/// Errors:     Errc::kConflict where the index is another one than the caller has read; those of
///             the store.
class IndexStore {
 public:
  explicit IndexStore(objects::ObjectStore& store) : store_(store) {}

  /// An empty index of no workspace, with the generation "", where there is none.
  awaitable<Result<Versioned<ExportIndex>>> load();
  /// Puts `index` in the place of the one with `generation`; returns the new generation.
  awaitable<Result<std::string>> replace(ExportIndex index, std::string generation);
  /// Has the paths of `touched` written again by the next export, whoever wrote the index since.
  awaitable<Result<void>> mark_changing(std::set<std::string> touched);

 private:
  objects::ObjectStore& store_;
};

}  // namespace coditect::replication
