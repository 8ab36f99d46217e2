#include "storage/journal/segments.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "storage/journal/journal_test_support.h"

namespace coditect::journal {
namespace {

/// A disk on which a call waits until a test lets it go on.
class GatedDisk final : public Disk {
 public:
  Result<std::vector<std::string>> list() override { return disk_->list(); }
  Result<std::unique_ptr<File>> open(const std::string& name, OpenFor purpose) override {
    return disk_->open(name, purpose);
  }
  Result<std::unique_ptr<File>> create(const std::string& name) override {
    pass("create");
    return disk_->create(name);
  }
  Result<void> remove(const std::string& name) override {
    pass("remove");
    return disk_->remove(name);
  }
  Result<void> sync_directory() override { return disk_->sync_directory(); }

  void close(const std::string& call) {
    const std::lock_guard lock(mutex_);
    closed_.insert(call);
  }
  void open_again(const std::string& call) {
    const std::lock_guard lock(mutex_);
    closed_.erase(call);
    changed_.notify_all();
  }
  /// Returns once somebody waits in that call.
  void wait_for(const std::string& call) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == call; });
  }

 private:
  void pass(const std::string& call) {
    std::unique_lock lock(mutex_);
    if (!closed_.contains(call)) return;
    waiting_ = call;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !closed_.contains(call); });
    waiting_.clear();
  }

  const std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> closed_;
  std::string waiting_;
};

TEST(Segments, AFileThatWasTakenBeforeTheWorkerSaysSoIsNoFailure) {
  const WorkspaceId workspace("w_1");
  const auto disk = std::make_shared<GatedDisk>();
  Segments segments(disk, std::make_shared<SeededRandom>(1), 16u << 10, {}, std::nullopt);
  const auto begin = [&](Sequence seq) {
    const auto active = segments.begin_segment();
    ASSERT_TRUE(active) << active.error().message;
    segments.note(std::vector<Record>{{workspace, seq, "line"}}, 8192);
  };
  for (Sequence seq = 1; seq <= 5; ++seq) begin(seq);
  disk->close("create");
  segments.prepare_ahead();
  disk->wait_for("create");
  // Files that a release gives back: more than are kept, once a header says that they are free.
  segments.release(workspace, 4);
  begin(6);
  // The worker has its file, and is held up where it removes the surplus.
  disk->close("remove");
  disk->open_again("create");
  disk->wait_for("remove");
  while (segments.counts().spare > 0) begin(7);
  auto next = std::async(std::launch::async, [&] { begin(8); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it waits for the worker
  disk->open_again("remove");
  next.get();
}

}  // namespace
}  // namespace coditect::journal
