#include "storage/replication/node/database_copy.h"

#include <fcntl.h>
#include <memory>

#include "base/check.h"
#include "base/posix_file.h"
#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

/// A larger snapshot is an object of its own: it would make the events in its bundle wait.
constexpr std::uint64_t kBundledSnapshotBytesMax = 4u << 20;

}  // namespace

std::filesystem::path DatabaseCopy::file() const {
  return source_.root / "databases" / (database() + ".db");
}

void DatabaseCopy::begin(SteadyTime now) {
  check(step_ == Step::kIdle, "one scan at a time");
  step_ = Step::kBusy;
  began_ = now;
  dirty_ = false;
  whole_ = false;
}

bool DatabaseCopy::remember() {
  const auto loaded = tracker_.load(page_state_path(file()));
  // Deltas were in another process's bundles, which may be gone.
  if (loaded && tracker_.shipped()->chain.deltas == 0) return true;
  tracker_.forget();
  remembered_ = true;
  return false;
}

void DatabaseCopy::tell(const Manifest& manifest) {
  told_ = true;
  const auto named = manifest.databases.find(database());
  if (object_ || named == manifest.databases.end()) return;
  object_ = named->second;
  named_ = true;
}

void DatabaseCopy::compare() {
  check(told_, "the manifest was read");
  if (!remembered_ && !stands_on_object()) tracker_.forget();
  remembered_ = true;
}

bool DatabaseCopy::stands_on_object() const {
  if (!object_ || first_ || !tracker_.shipped()) return false;
  const PageState& state = *tracker_.shipped();
  return state.chain.deltas == 0 && state.watermark.seq == object_->applied &&
         state.checksum == object_->checksum;
}

Result<PartSink> DatabaseCopy::write_large() {
  TRY_VOID(make_directories(source_.large.parent_path()));
  TRY(FileDescriptor opened, open_file(source_.large, O_WRONLY | O_CREAT | O_TRUNC));
  const auto file = std::make_shared<FileDescriptor>(std::move(opened));
  return PartSink([file, written = std::uint64_t{0}](std::string_view part) mutable {
    const Result<void> done = write_all(file->get(), part, written);
    written += part.size();
    return done;
  });
}

Result<DatabaseCopy::Found> DatabaseCopy::scan(databases::Catalogue& catalogue) {
  Found found = Found::kNothing;
  const DeltaTarget target = [&](const DeltaHead& head) -> Result<PartSink> {
    if (head.is_snapshot() && head.encoded_bytes() > kBundledSnapshotBytesMax) {
      found = Found::kLarge;
      return write_large();
    }
    found = Found::kDelta;
    return into(delta_)(head);
  };
  const auto collect = [&](databases::Connection& connection) -> Result<void> {
    TRY(const std::optional<DeltaHead> head, tracker_.collect(connection, target));
    if (head) head_ = *head;
    return {};
  };
  TRY_VOID(catalogue.scan(source_.root, source_.name, collect));
  return found;
}

Result<DatabaseCopy::Found> DatabaseCopy::scan_whole(databases::Catalogue& catalogue) {
  Found found = Found::kNothing;
  const DeltaTarget target = [this](const DeltaHead&) { return write_large(); };
  const auto collect = [&](databases::Connection& connection) -> Result<void> {
    if (stands_on_object()) {
      TRY(const std::unique_ptr<PageScan> scan, PageScan::begin(connection));
      if (scan->watermark() == tracker_.shipped()->watermark) return {};
    }
    fresh_.forget();
    TRY(const std::optional<DeltaHead> head, fresh_.collect(connection, target));
    if (!head) return {};
    head_ = *head;
    found = Found::kLarge;
    return {};
  };
  TRY_VOID(catalogue.scan(source_.root, source_.name, collect));
  whole_ = found == Found::kLarge;
  return found;
}

void DatabaseCopy::end_scan(Found found, SteadyTime now) {
  check(step_ == Step::kBusy, "a scan was begun");
  pace_.scanned(began_, now);
  trouble_.clear();
  switch (found) {
    case Found::kNothing: step_ = Step::kIdle; break;
    case Found::kDelta: step_ = Step::kReady; break;
    case Found::kLarge: break;  // until it is stored
  }
}

bool DatabaseCopy::fail(const Error& why, Again again, SteadyTime now) {
  check(step_ == Step::kBusy, "something was under way");
  step_ = Step::kIdle;
  delta_ = {};
  dirty_ = dirty_ || again == Again::kWhenDue;
  pace_.scanned(began_, now);
  return std::exchange(trouble_, why.message) != why.message;
}

std::string DatabaseCopy::send(LogPlace place) {
  check(step_ == Step::kReady, "a delta is there");
  step_ = Step::kSending;
  place_ = std::move(place);
  return std::exchange(delta_, {});
}

void DatabaseCopy::acknowledge() {
  check(step_ == Step::kSending, "a delta was sent");
  step_ = Step::kIdle;
  const Result<void> committed = tracker_.commit(head_);
  check(committed.ok(), "what was collected last was sent");
  if (head_.is_snapshot() || !first_) first_ = place_;
  // Nothing is built on an object any more that no manifest names yet.
  if (head_.is_snapshot() && !named_) object_.reset();
}

void DatabaseCopy::take_back() {
  check(step_ == Step::kReady || step_ == Step::kSending, "a delta was collected");
  step_ = Step::kIdle;
  dirty_ = true;
  delta_ = {};
}

const Manifest::DatabaseSnapshot* DatabaseCopy::known(const std::string& key) const {
  return object_ && object_->key == key ? &*object_ : nullptr;
}

void DatabaseCopy::store(Manifest::DatabaseSnapshot snapshot, SteadyTime now) {
  check(step_ == Step::kBusy, "a snapshot was collected");
  step_ = Step::kIdle;
  first_.reset();
  if (whole_) {
    check(fresh_.commit(head_).ok(), "what was collected last was stored");
    tracker_.continue_from(*fresh_.shipped());
    fresh_.forget();
  } else {
    check(tracker_.commit(head_).ok(), "what was collected last was stored");
  }
  if (object_ != snapshot) {
    object_ = std::move(snapshot);
    named_ = false;
    stored_at_ = now;
  }
  // The same events in other pages than those of the object.
  if (!stands_on_object()) tracker_.forget();
}

void DatabaseCopy::on_named(const Manifest::DatabaseSnapshot& snapshot) {
  if (object_ == snapshot) named_ = true;
}

const Manifest::DatabaseSnapshot* DatabaseCopy::unnamed() const {
  return object_ && !named_ ? &*object_ : nullptr;
}

void DatabaseCopy::expire(SteadyTime now) {
  if (step_ != Step::kIdle || unnamed() == nullptr) return;
  if (now - stored_at_ < limits::kGarbageGrace / 2) return;
  tracker_.forget();
  object_.reset();
  first_.reset();
  dirty_ = true;
}

void DatabaseCopy::let_go() {
  check(step_ == Step::kIdle, "nothing is under way");
  tracker_.forget();
  first_.reset();
}

bool DatabaseCopy::is_settled() const {
  if (step_ != Step::kIdle || dirty_ || first_) return false;
  return !object_ || named_;
}

Result<void> DatabaseCopy::save() const {
  return stands_on_object() ? tracker_.save(page_state_path(file())) : Result<void>{};
}

}  // namespace coditect::replication
