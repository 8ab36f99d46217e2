#include "storage/replication/pages/page_tracker.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <utility>

#include "base/posix_file.h"
#include "storage/replication/pages/delta_writer.h"
#include "storage/replication/pages/page_scan.h"

namespace coditect::replication {
namespace {

namespace fs = std::filesystem;

// Writes the pages that `head` promises, and notices if they are others than those that were
// hashed: then the scan was no snapshot, and the delta would lie.
Result<void> write_delta(PageScan& scan, const DeltaHead& head, const PageState& state,
                         const std::vector<std::uint32_t>& changed, PartSink sink) {
  DeltaWriter writer(head, std::move(sink));
  const auto add = [&](std::uint32_t number, std::string_view page) -> Result<void> {
    if (page_hash(number, page) != state.hashes[number - 1]) {
      return internal("page " + std::to_string(number) + " changed within a read transaction",
                      "look at the disk, and at who else writes to the database");
    }
    return writer.add(number, page);
  };
  TRY_VOID(head.is_snapshot() ? scan.each(add) : scan.each_of(changed, add));
  return writer.finish();
}

}  // namespace

DeltaTarget into(std::string& bytes) {
  return [&bytes](const DeltaHead& head) -> Result<PartSink> {
    bytes.clear();
    bytes.reserve(head.encoded_bytes());
    return PartSink([&bytes](std::string_view part) -> Result<void> {
      bytes += part;
      return {};
    });
  };
}

fs::path page_state_path(const fs::path& database) {
  fs::path path = database;
  return path.replace_extension(".pages");
}

void PageTracker::continue_from(PageState state) {
  collected_.reset();
  shipped_ = std::move(state);
}

void PageTracker::forget() {
  collected_.reset();
  shipped_.reset();
}

Result<void> PageTracker::load(const fs::path& path) {
  forget();
  TRY(const std::string bytes, read_file(path));
  Result<PageState> state = parse_page_state(bytes);
  if (!state) return std::move(state).error().in(path.filename().string());
  continue_from(*std::move(state));
  return {};
}

Result<void> PageTracker::save(const fs::path& path) const {
  if (!shipped_) return {};
  fs::path written = path;
  written += ".new";
  {
    TRY(const FileDescriptor file, open_file(written, O_WRONLY | O_CREAT | O_TRUNC));
    TRY_VOID(write_all(file.get(), encode_page_state(*shipped_), 0));
  }
  if (std::rename(written.c_str(), path.c_str()) != 0) {
    return system_error("cannot rename " + written.filename().string(), errno);
  }
  return {};
}

Result<std::optional<DeltaHead>> PageTracker::collect(databases::Connection& connection,
                                                      const DeltaTarget& target) {
  collected_.reset();
  TRY(const std::unique_ptr<PageScan> scan, PageScan::begin(connection));
  PageState next;
  next.watermark = scan->watermark();
  next.page_size = scan->page_size();
  // An empty database is made from its template, and one without new events has nothing to say.
  if (next.watermark.seq == 0) return std::optional<DeltaHead>();
  if (shipped_ && shipped_->watermark == next.watermark) return std::optional<DeltaHead>();
  TRY(const std::vector<std::uint32_t> changed, compare_pages(*scan, next));

  DeltaHead head{.page_size = next.page_size,
                 .page_count = next.page_count(),
                 .pages = static_cast<std::uint32_t>(changed.size()),
                 .applied_before = shipped_ ? shipped_->watermark.seq : 0,
                 .applied_after = next.watermark.seq,
                 .checksum_before = shipped_ ? shipped_->checksum : 0,
                 .checksum_after = next.checksum};
  if (needs_snapshot(next, head)) {
    head.pages = head.page_count;
    head.applied_before = 0;
    head.checksum_before = 0;
  }
  TRY_VOID(check_head(head));
  TRY(PartSink sink, target(head));
  TRY_VOID(write_delta(*scan, head, next, changed, std::move(sink)));
  next.chain = continued(shipped_ ? shipped_->chain : PageState::Chain(), head);
  collected_ = Collected{head, std::move(next)};
  return std::optional(head);
}

Result<std::vector<std::uint32_t>> PageTracker::compare_pages(PageScan& scan,
                                                              PageState& next) const {
  const std::uint64_t bytes = std::uint64_t{scan.page_count()} * scan.page_size();
  if (bytes > limits::kShippedDatabaseBytesMax) {
    return Error{Errc::kLimit, "the database has " + std::to_string(bytes) + " bytes",
                 "it is not shipped, and is rebuilt from events instead"};
  }
  static const std::vector<std::uint64_t> kNothing;
  const bool comparable = shipped_ && shipped_->page_size == scan.page_size();
  const std::vector<std::uint64_t>& before = comparable ? shipped_->hashes : kNothing;
  std::vector<std::uint32_t> changed;
  next.hashes.reserve(scan.page_count());
  TRY_VOID(scan.each([&](std::uint32_t number, std::string_view page) -> Result<void> {
    const std::uint64_t hash = page_hash(number, page);
    if (number > before.size() || before[number - 1] != hash) changed.push_back(number);
    next.hashes.push_back(hash);
    next.checksum ^= hash;
    return {};
  }));
  return changed;
}

bool PageTracker::needs_snapshot(const PageState& next, const DeltaHead& delta) const {
  if (!shipped_ || shipped_->page_size != next.page_size) return true;
  // Another history than the store's: its deltas must not be taken for a continuation.
  if (next.watermark.seq <= shipped_->watermark.seq) return true;
  const PageState::Chain chain = continued(shipped_->chain, delta);
  const std::uint64_t bytes_max = std::max(limits_.bytes_min, delta.database_bytes() / 2);
  return chain.deltas > limits_.deltas_max || chain.bytes > bytes_max ||
         delta.encoded_bytes() > limits_.delta_bytes_max;
}

Result<void> PageTracker::commit(const DeltaHead& head) {
  if (!collected_ || collected_->head != head) {
    return Error{Errc::kConflict, "another delta was collected last", {}};
  }
  shipped_ = std::move(collected_->state);
  collected_.reset();
  return {};
}

}  // namespace coditect::replication
