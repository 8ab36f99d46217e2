#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/objects/object_store.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/keys.h"

namespace coditect::replication {

/// Reads one node's log in one epoch, bundle by bundle: of each the index, and of the entries only
/// those that are wanted.
///
/// Threads:  one strand, one call at a time.
/// Lifetime: `store` outlives it.
/// Errors:   Errc::kInternal for damage, naming the bundle; those of the store. The reader is then
///           of no more use.
class LogReader {
 public:
  using Wanted = std::function<bool(const Entry& entry)>;

  /// Begins with the bundle at `from`.
  LogReader(objects::ObjectStore& store, LogPlace from, Wanted wanted);

  struct LoadedEntry {
    Entry entry;
    std::string content;
  };
  struct LoadedBundle {
    LogPlace place;
    std::vector<LoadedEntry> entries;  ///< in their order; perhaps none
  };
  /// The next bundle; nothing once the log has ended.
  awaitable<Result<std::optional<LoadedBundle>>> next();

  enum class End {
    kOpen,    ///< what comes after is not there yet
    kSealed,  ///< nothing will come
    kGap,     ///< later bundles are there, but not this one
  };
  /// How the log ended, once next() gave nothing; place() is what was not read.
  End end() const { return end_; }
  const LogPlace& place() const { return place_; }

 private:
  struct Listed {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
  };

  awaitable<Result<std::optional<Listed>>> find();
  awaitable<Result<std::optional<Listed>>> look_up();
  awaitable<Result<BundleIndex>> read_index(const Listed& listed);
  awaitable<Result<std::vector<LoadedEntry>>> read_entries(std::vector<Entry> entries);
  awaitable<Result<std::string>> read_part(std::uint64_t offset, std::uint64_t bytes);

  objects::ObjectStore& store_;
  LogPlace place_;  // of the next bundle
  const Wanted wanted_;
  std::deque<Listed> listed_;
  std::string next_page_;
  bool all_listed_ = false;
  bool ended_ = false;
  End end_ = End::kOpen;
};

}  // namespace coditect::replication
