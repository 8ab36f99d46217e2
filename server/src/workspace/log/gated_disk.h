#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/journal/disk.h"

namespace coditect::workspace {

/// A disk whose syncs wait while its gate is shut: what is appended meanwhile gathers. For tests.
///
/// Threads:  any.
/// Lifetime: open the gate before whoever syncs is joined. Outlives its files.
class GatedDisk final : public journal::Disk {
 public:
  explicit GatedDisk(std::shared_ptr<journal::Disk> disk) : disk_(std::move(disk)) {}

  void shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
  }
  void open_gate() {
    const std::lock_guard lock(mutex_);
    shut_ = false;
    changed_.notify_all();
  }

  Result<std::vector<std::string>> list() override { return disk_->list(); }
  Result<std::unique_ptr<journal::File>> open(const std::string& name, OpenFor purpose) override {
    return gated(disk_->open(name, purpose));
  }
  Result<std::unique_ptr<journal::File>> create(const std::string& name) override {
    return gated(disk_->create(name));
  }
  Result<void> remove(const std::string& name) override { return disk_->remove(name); }
  Result<void> sync_directory() override { return disk_->sync_directory(); }

 private:
  class GatedFile final : public journal::File {
   public:
    GatedFile(GatedDisk& disk, std::unique_ptr<journal::File> file)
        : disk_(disk), file_(std::move(file)) {}
    Result<std::size_t> write(std::string_view bytes, std::uint64_t offset) override {
      return file_->write(bytes, offset);
    }
    Result<void> sync() override {
      disk_.pass();
      return file_->sync();
    }
    Result<std::size_t> read(std::span<char> buffer, std::uint64_t offset) override {
      return file_->read(buffer, offset);
    }
    Result<std::uint64_t> size() override { return file_->size(); }

   private:
    GatedDisk& disk_;
    const std::unique_ptr<journal::File> file_;
  };

  Result<std::unique_ptr<journal::File>> gated(Result<std::unique_ptr<journal::File>> file) {
    if (!file) return file;
    return std::unique_ptr<journal::File>(std::make_unique<GatedFile>(*this, *std::move(file)));
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !shut_; });
  }

  const std::shared_ptr<journal::Disk> disk_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_ = false;  // guarded by mutex_
};

}  // namespace coditect::workspace
