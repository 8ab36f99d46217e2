#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "storage/databases/catalogue.h"
#include "storage/replication/manifest.h"
#include "storage/replication/pages/page_tracker.h"
#include "storage/replication/pages/scan_pace.h"

namespace coditect::replication {

/// What of one database is off the machine, and what is on its way there.
///
/// The newest state in the store is an object and the deltas after it, or a snapshot in a bundle
/// and the deltas after it. first() is the bundle from which on the log is needed for it.
///
/// Threads:    one strand; what blocks says so, and has the object for itself while it is kBusy.
/// Lifetime:   outlives what blocks.
/// Invariants: one delta at a time is on its way; first() changes only with what the store has
///             acknowledged.
/// Errors:     those of the catalogue and of PageTracker. After one the next scan tries again.
class DatabaseCopy {
 public:
  /// Where it is.
  struct Source {
    WorkspaceId workspace;
    std::string folder;          ///< the workspace's, in the store
    std::filesystem::path root;  ///< the same on the disk
    databases::DatabaseName name;
    std::filesystem::path large;  ///< its own, for a snapshot that no bundle takes
  };
  enum class Step {
    kIdle,
    kBusy,     ///< it is read, or its snapshot is being stored
    kReady,    ///< delta() waits for a bundle
    kSending,  ///< in a bundle whose outcome is not known
  };
  enum class Found {
    kNothing,  ///< the store has the database as it is
    kDelta,    ///< delta() goes into a bundle
    kLarge,    ///< a snapshot, in source().large
  };

  explicit DatabaseCopy(Source source) : source_(std::move(source)) {}

  const Source& source() const { return source_; }
  std::string database() const { return std::string(databases::to_string(source_.name)); }
  Step step() const { return step_; }
  /// Its file may hold other rows than before.
  void touch() { dirty_ = true; }
  bool is_due(SteadyTime now) const { return dirty_ && step_ == Step::kIdle && pace_.due(now); }
  SteadyTime next() const { return pace_.next(); }

  // A scan: begin(), then what blocks, then end_scan() or fail().
  void begin(SteadyTime now);
  /// What the manifest says is in the store. While nothing blocks.
  void tell(const Manifest& manifest);
  bool is_told() const { return told_; }
  /// Whether it is known what the store has, though that may be nothing: else remember().
  bool has_remembered() const { return remembered_; }
  /// Reads the file that save() wrote. True where it says something: compare() decides. Blocks.
  bool remember();
  /// Keeps what was remembered where it is of the object that the manifest names. After tell().
  void compare();
  /// What changed since the store's newest state. Blocks.
  Result<Found> scan(databases::Catalogue& catalogue);
  /// The whole database, into source().large, unless an object in the store is just that. Blocks.
  Result<Found> scan_whole(databases::Catalogue& catalogue);
  void end_scan(Found found, SteadyTime now);
  enum class Again { kWhenDue, kWhenItChanges };
  /// Of whatever was under way. True where the trouble is not the one of the time before.
  bool fail(const Error& why, Again again, SteadyTime now);

  // A delta: kReady, then into a bundle.
  const DeltaHead& head() const { return head_; }
  std::size_t delta_bytes() const { return delta_.size(); }
  /// It goes into the bundle at `place`.
  std::string send(LogPlace place);
  void acknowledge();
  /// It is not in the log, or is not wanted there any more: it is collected again.
  void take_back();

  // A snapshot in source().large, with head().
  /// The object with this key that is known to be in the store: what is there stays.
  const Manifest::DatabaseSnapshot* known(const std::string& key) const;
  void store(Manifest::DatabaseSnapshot snapshot, SteadyTime now);
  /// The manifest names this one.
  void on_named(const Manifest::DatabaseSnapshot& snapshot);
  /// What the manifest has to name.
  const Manifest::DatabaseSnapshot* unnamed() const;
  /// Forgets a snapshot that has waited so long for its name that it may have been removed.
  void expire(SteadyTime now);

  const std::optional<LogPlace>& first() const { return first_; }
  /// Needs no bundle any more: what they have of it is worth less than they cost.
  void let_go();
  /// Nothing is under way, and nothing would be lost that save() does not keep.
  bool is_settled() const;
  /// Keeps what the store has beside the database. Blocks.
  Result<void> save() const;

 private:
  std::filesystem::path file() const;
  bool stands_on_object() const;
  Result<PartSink> write_large();

  const Source source_;
  Step step_ = Step::kIdle;
  bool dirty_ = false;
  bool told_ = false;
  bool remembered_ = false;
  bool whole_ = false;  ///< the scan under way is one of fresh_
  SteadyTime began_{};
  ScanPace pace_;
  std::string trouble_;

  PageTracker tracker_;
  PageTracker fresh_;  ///< of a snapshot that begins a chain; tracker_ until it is stored
  std::optional<LogPlace> first_;
  std::optional<Manifest::DatabaseSnapshot> object_;  ///< the newest one of this database
  bool named_ = false;                                ///< object_, by the manifest
  SteadyTime stored_at_{};

  // Of the delta or the snapshot that is on its way.
  DeltaHead head_;
  std::string delta_;
  LogPlace place_;
};

}  // namespace coditect::replication
