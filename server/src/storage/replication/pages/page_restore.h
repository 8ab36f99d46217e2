#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/replication/pages/delta_reader.h"
#include "storage/replication/pages/page_delta.h"
#include "storage/replication/pages/page_state.h"

namespace coditect::replication {

/// Builds a database file from a snapshot and the deltas after it: feed() the bytes of each and
/// end_delta() it, one after the other, then finish().
///
/// Threads:    one at a time; calls block.
/// Lifetime:   destroyed before finish() it leaves nothing behind. Nobody else uses the database.
/// Invariants: what lies at `path` is untouched until finish() has checked the new file.
/// Errors:     Errc::kConflict for a delta that does not continue from the state(), kInternal for a
///             damaged one: the state is then as before that delta, and finish() may still be
///             called; but a snapshot that fails leaves no state. Whoever gives up rebuilds the
///             database from the events.
class PageRestore {
 public:
  /// Begins PATH.restored, in a folder that is there.
  static Result<std::unique_ptr<PageRestore>> begin(std::filesystem::path path);
  PageRestore(const PageRestore&) = delete;
  ~PageRestore();

  /// The next bytes of the delta under way; the first ones begin it.
  Result<void> feed(std::string_view part);
  /// The delta under way is complete: the state is the one after it.
  Result<void> end_delta();
  /// feed() and end_delta() of a delta that is at hand.
  Result<void> apply(std::string_view delta);

  const PageState& state() const { return state_; }

  /// Checks the whole file (see check_database()), makes it durable, and puts it in the place of
  /// what was at `path`, with an empty WAL beside it, as the catalogue wants it. The state is what
  /// a PageTracker goes on from. The last call.
  Result<PageState> finish();

 private:
  PageRestore(std::filesystem::path path, std::filesystem::path built, FileDescriptor file);
  void begin_delta();
  Result<void> take_head(const DeltaHead& head);
  Result<void> take_page(std::uint32_t number, std::string_view page);
  Result<void> end_snapshot();
  Result<void> end_change();
  Result<void> write_changed(const PageState& next);
  Result<void> put_in_place();
  void drop_delta();

  const std::filesystem::path path_;
  const std::filesystem::path built_;
  FileDescriptor file_;
  PageState state_;  ///< of the file, between deltas

  // The delta under way.
  std::unique_ptr<DeltaReader> reader_;
  DeltaHead head_;
  PageState next_;                      ///< the state after it
  std::vector<std::uint32_t> numbers_;  ///< of the pages that follow each other in bytes_
  std::string bytes_;                   ///< pages that are not written yet
};

}  // namespace coditect::replication
