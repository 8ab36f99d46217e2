#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/random.h"
#include "storage/journal/disk.h"

namespace coditect::journal {

/// A folder in memory that loses power, fills up and fails on demand; for tests.
///
/// At power_loss() each page of 4 KiB that was written and not synced is as it was, as it is or
/// torn: a mix of halves or of sectors, each as some write left it. A file that was made and whose
/// name was not synced may be gone, one removed may be back.
///
/// Threads:    any.
/// Lifetime:   files may outlive a power_loss(); they fail from then on.
class MemoryDisk final : public Disk, public std::enable_shared_from_this<MemoryDisk> {
 public:
  static constexpr std::size_t kSectorBytes = 512;
  static constexpr std::size_t kPageBytes = 4096;

  enum class Syncs {
    kHonoured,
    kIgnored,  ///< a broken disk: sync() and sync_directory() succeed and do nothing
  };

  /// What goes wrong. Operations are writes, syncs, creates, removes and directory syncs.
  struct Faults {
    std::optional<std::uint64_t> power_fails_after;  ///< this many more operations succeed
    std::optional<std::uint64_t> sync_fails_after;   ///< this many more syncs succeed, then EIO
    std::optional<std::uint64_t> space_bytes;        ///< files grow to this in all, then ENOSPC
    /// Longer writes are short; what is written to one sector is never split.
    std::size_t write_bytes_max = SIZE_MAX;
  };

  explicit MemoryDisk(Syncs syncs = Syncs::kHonoured) : syncs_(syncs) {}

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<File>> open(const std::string& name, OpenFor purpose) override;
  Result<std::unique_ptr<File>> create(const std::string& name) override;
  Result<void> remove(const std::string& name) override;
  Result<void> sync_directory() override;

  void set_faults(const Faults& faults);
  /// The machine restarts: faults are cleared, open files fail.
  void power_loss(Random& random);
  /// Every file as a reader sees it.
  std::map<std::string, std::string> contents();
  /// Replaces a file's bytes, durably.
  void overwrite(const std::string& name, std::string bytes);

 private:
  friend class MemoryFile;

  struct Write {
    std::uint64_t offset;
    std::string bytes;
  };
  struct Node {
    std::string durable;
    std::string current;
    std::vector<Write> unsynced;
  };

  /// One operation begins: the error that it meets, if any.
  Result<void> step_locked();
  std::uint64_t used_bytes_locked() const;
  static void lose_power(Node& node, Random& random);
  static void keep_part(Node& node, std::size_t writes, std::uint64_t begin, std::uint64_t end);

  const Syncs syncs_;

  std::mutex mutex_;
  // Guarded by mutex_.
  Faults faults_;
  std::uint64_t generation_ = 0;
  std::map<std::string, std::shared_ptr<Node>> files_;
  std::map<std::string, std::shared_ptr<Node>> durable_files_;
};

}  // namespace coditect::journal
