#include "storage/replication/node/page_shipping.h"

#include <algorithm>

#include "base/log.h"
#include "base/posix_file.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/sync/snapshot_sync.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

using Step = DatabaseCopy::Step;
using Found = DatabaseCopy::Found;
using Again = DatabaseCopy::Again;

/// Pages in one bundle, one delta apart that is larger: events in it are not to wait for them.
constexpr std::size_t kBundlePagesBytesMax = 4u << 20;
/// Large snapshots that are stored at a time; then reading waits.
constexpr std::size_t kStoringMax = 2;

/// Whether reading again cannot help: the file is missing, damaged, or no database of ours. It is
/// made anew from the events, and then it has changed.
bool is_lost(const Error& error) {
  return error.code == Errc::kNotFound || error.code == Errc::kInternal ||
         error.code == Errc::kInvalid;
}

}  // namespace

PageShipping::PageShipping(const Strand& strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      changed_(strand),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("copying databases: {} failed: {}", task, what);
      }) {}

awaitable<Result<void>> PageShipping::start() {
  auto work = [scratch = parts_.scratch]() -> Result<void> {
    std::error_code error;
    fs::remove_all(scratch, error);
    if (error) return system_error("remove " + scratch.string(), error.value());
    return {};
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<void> PageShipping::close() { return run_on(strand_, close_on_strand()); }

awaitable<void> PageShipping::close_on_strand() {
  closing_ = true;
  changed_.notify_all();
  co_await tasks_.close();
}

awaitable<std::vector<PageSource::Pages>> PageShipping::collect(std::size_t bytes_max) {
  learn_changes();
  for (const auto& [key, copy] : copies_) {
    if (copy->step() == Step::kIdle && is_far_behind(*copy)) copy->touch();
  }
  if (!scanning_ && next_due()) {
    scanning_ = true;
    tasks_.spawn("reading", scan_due());
  }
  std::vector<Pages> pages;
  std::size_t bytes = 0;
  std::vector<CopyPtr> later;
  for (CopyPtr& copy : ready_) {
    const std::size_t more = copy->delta_bytes();
    const bool fits =
        bytes == 0 ? more <= bytes_max : bytes + more <= std::min(bytes_max, kBundlePagesBytesMax);
    if (!fits) {
      later.push_back(std::move(copy));
      continue;
    }
    bytes += more;
    Entry entry{EntryKind::kPages, copy->source().workspace, copy->database(),
                copy->head().applied_before, copy->head().applied_after};
    pages.push_back({std::move(entry), copy->send(parts_.next_place())});
    sending_.push_back(std::move(copy));
  }
  ready_ = std::move(later);
  ready_bytes_ -= bytes;
  co_return pages;
}

awaitable<void> PageShipping::acknowledged() {
  for (const CopyPtr& copy : sending_) copy->acknowledge();
  sending_.clear();
  changed_.notify_all();
  co_return;
}

void PageShipping::lost() {
  for (const CopyPtr& copy : sending_) copy->take_back();
  sending_.clear();
  changed_.notify_all();
}

void PageShipping::learn_changes() {
  for (const databases::Catalogue::Changed& changed : parts_.catalogue.take_changed()) {
    const WorkspaceId workspace(changed.workspace_dir.filename().string());
    // One that is gone, or that nobody was told of.
    auto folder = parts_.table.folder_of(workspace);
    if (folder) find_or_add(workspace, *std::move(folder), changed.name)->touch();
  }
}

PageShipping::CopyPtr PageShipping::find_or_add(const WorkspaceId& workspace, std::string folder,
                                                databases::DatabaseName name) {
  CopyPtr& copy = copies_[{workspace, name}];
  if (!copy) {
    // A copy that was forgotten may still be at work.
    const std::string file = std::to_string(++copies_made_) + ".snapshot";
    const fs::path root = parts_.data / folder;
    copy = std::make_shared<DatabaseCopy>(
        DatabaseCopy::Source{workspace, std::move(folder), root, name, parts_.scratch / file});
  }
  return copy;
}

std::vector<PageShipping::CopyPtr> PageShipping::all_of(const WorkspaceId& workspace) const {
  std::vector<CopyPtr> all;
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    const auto found = copies_.find({workspace, name});
    if (found != copies_.end()) all.push_back(found->second);
  }
  return all;
}

bool PageShipping::is_here(const CopyPtr& copy) const {
  const auto found = copies_.find({copy->source().workspace, copy->source().name});
  return found != copies_.end() && found->second == copy;
}

bool PageShipping::is_far_behind(const DatabaseCopy& copy) const {
  return copy.first() && parts_.next_place().bundle > copy.first()->bundle + kBundlesBehindMax;
}

/// The one that has waited longest. A workspace that this node does not own yet can wait.
PageShipping::CopyPtr PageShipping::next_due() const {
  if (closing_ || ready_bytes_ >= kReadyBytesMax) return nullptr;
  const SteadyTime now = parts_.timing.now();
  CopyPtr next;
  for (const auto& [key, copy] : copies_) {
    if (!copy->is_due(now) || (next && next->next() <= copy->next())) continue;
    if (parts_.table.is_acquired(key.first)) next = copy;
  }
  return next;
}

awaitable<void> PageShipping::scan_due() {
  while (CopyPtr next = next_due()) co_await scan(std::move(next));
  scanning_ = false;
}

awaitable<void> PageShipping::scan(CopyPtr copy) {
  copy->begin(parts_.timing.now());
  const Amount amount = is_far_behind(*copy) ? Amount::kWhole : Amount::kChanges;
  auto found = co_await read(copy, amount);
  if (!found) {
    // Said in the log; the database waits for its next turn.
    static_cast<void>(co_await end_unread(std::move(copy), std::move(found).error(), amount));
  } else {
    end_read(*copy, *found, amount);
    if (*found == Found::kDelta && is_here(copy)) {
      ready_bytes_ += copy->delta_bytes();
      ready_.push_back(std::move(copy));
    } else if (*found == Found::kLarge && storing_++ < kStoringMax) {
      tasks_.spawn("storing a snapshot", store_large(std::move(copy)));
    } else if (*found == Found::kLarge) {
      co_await store_large(std::move(copy));
    }
  }
  changed_.notify_all();
}

awaitable<Result<Found>> PageShipping::read(CopyPtr copy, Amount amount) {
  if (!copy->has_remembered()) CO_TRY_VOID(co_await remember(copy));
  auto scan = [copy, amount, &catalogue = parts_.catalogue] {
    return amount == Amount::kWhole ? copy->scan_whole(catalogue) : copy->scan(catalogue);
  };
  co_return co_await parts_.database.run(std::move(scan));
}

awaitable<Result<void>> PageShipping::remember(CopyPtr copy) {
  auto work = [copy] { return copy->remember(); };
  if (!co_await parts_.database.run(std::move(work))) co_return Result<void>{};
  if (!copy->is_told()) {
    CO_TRY(const Manifest manifest, co_await load_manifest(copy->source().folder));
    copy->tell(manifest);
    // One request for all databases of a workspace that wakes up.
    for (const CopyPtr& other : all_of(copy->source().workspace)) {
      if (other->step() == Step::kIdle) other->tell(manifest);
    }
  }
  copy->compare();
  co_return Result<void>{};
}

void PageShipping::end_read(DatabaseCopy& copy, Found found, Amount amount) const {
  copy.end_scan(found, parts_.timing.now());
  // Nothing to store, and yet in bundles: it was made anew and is still empty.
  if (amount == Amount::kWhole && found == Found::kNothing && copy.first()) copy.let_go();
}

/// After a read() that failed. The error where reading again may help.
awaitable<Result<void>> PageShipping::end_unread(CopyPtr copy, Error why, Amount amount) {
  // Before another scan can write there.
  co_await remove_large(copy);
  const bool lost = is_lost(why);
  fail(*copy, why, lost ? Again::kWhenItChanges : Again::kWhenDue);
  if (!lost) co_return why;
  // It would hold the log back for as long as nobody asks for it.
  if (amount == Amount::kWhole) copy->let_go();
  co_return Result<void>{};
}

/// After a store() that failed.
awaitable<void> PageShipping::end_unstored(CopyPtr copy, Error why) {
  co_await remove_large(copy);
  fail(*copy, why, Again::kWhenDue);
}

void PageShipping::fail(DatabaseCopy& copy, const Error& why, Again again) const {
  if (!copy.fail(why, again, parts_.timing.now()) || why.code == Errc::kNotFound) return;
  spdlog::warn("the database {} of workspace {} is not copied: {}", copy.database(),
               copy.source().workspace.str(), why.message);
}

/// Counted in storing_ by the caller.
awaitable<void> PageShipping::store_large(CopyPtr copy) {
  auto stored = co_await load_and_store(copy);
  --storing_;
  if (!stored) {
    co_await end_unstored(copy, std::move(stored).error());
  } else if (is_here(copy)) {
    parts_.on_stored(copy->source().workspace);
  }
  changed_.notify_all();
}

awaitable<Result<void>> PageShipping::load_and_store(CopyPtr copy) {
  CO_TRY(const Manifest manifest, co_await load_manifest(copy->source().folder));
  co_return co_await store(copy, manifest);
}

awaitable<Result<Manifest>> PageShipping::load_manifest(std::string folder) {
  auto loaded = co_await ManifestStore(parts_.store, std::move(folder)).load();
  if (!loaded && loaded.error().code == Errc::kNotFound) {
    co_return unavailable("the workspace has no manifest yet");
  }
  if (!loaded) co_return std::move(loaded).error();
  if (loaded->value.owner != parts_.self) {
    co_return unavailable("the manifest does not name this node as the workspace's owner");
  }
  co_return std::move(loaded->value);
}

/// Stores the snapshot that was put together.
awaitable<Result<void>> PageShipping::store(CopyPtr copy, const Manifest& manifest) {
  if (!is_here(copy)) co_return not_found("the workspace left the node");
  copy->tell(manifest);
  const DatabaseCopy::Source& source = copy->source();
  const std::string key =
      snapshot_key(source.folder, copy->database(), copy->head().applied_after, manifest.epoch);
  Result<Manifest::DatabaseSnapshot> stored;
  if (const Manifest::DatabaseSnapshot* known = copy->known(key)) {
    stored = *known;
  } else {
    stored = co_await store_snapshot(parts_.store, parts_.disk, source.folder, copy->database(),
                                     manifest.epoch, source.large);
  }
  if (!stored) co_return std::move(stored).error();
  co_await remove_large(copy);
  copy->store(*std::move(stored), parts_.timing.now());
  co_return Result<void>{};
}

awaitable<void> PageShipping::remove_large(CopyPtr copy) {
  auto remove = [large = copy->source().large] {
    std::error_code ignored;  // the next snapshot writes over it
    fs::remove(large, ignored);
  };
  co_await parts_.disk.run(std::move(remove));
}

}  // namespace coditect::replication
