#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/archive/archive_test_support.h"
#include "storage/journal/journal_test_support.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// One workspace's log with a journal whose disk fails and loses power on demand. Stories are
/// coroutines on the log's strand.
class EventLogFixture : public ::testing::Test {
 public:
  ~EventLogFixture() override { crash(); }

  /// What may be acknowledged, and when.
  struct Acknowledging {
    AckGate* gate = nullptr;
    Durability durability = Durability::kLocal;
  };
  /// Opens the journal, brings what only it holds into the archive, and opens the log.
  void open() { open(Acknowledging{}); }
  void open(Acknowledging acknowledging) {
    replayed_.clear();
    auto keep = [this](journal::Record record) -> Result<void> {
      replayed_.push_back(std::move(record));
      return {};
    };
    auto journal = journal::Journal::open("journal", journal_options(), keep);
    ASSERT_TRUE(journal) << journal.error().message;
    journal_ = *std::move(journal);
    auto archive = archive::Archive::open(sessions());
    ASSERT_TRUE(archive) << archive.error().message;
    std::vector<std::string> missing;
    for (const journal::Record& record : replayed_) {
      if (record.seq > archive->head().seq) missing.push_back(record.line);
    }
    const auto recovered = archive->append(missing);
    ASSERT_TRUE(recovered) << recovered.error().message;
    log_ = std::make_shared<EventLog>(
        strand_,
        EventLog::Services{*journal_, pool_, clock_, acknowledging.gate, acknowledging.durability},
        WorkspaceId("w_1"), sessions(), *std::move(archive),
        [this](const Event& event) { apply(event); });
  }
  /// The process is gone: nothing is closed, nothing is flushed.
  void crash() {
    journal_.reset();
    log_.reset();
  }

  /// Runs a story to its end.
  void play(awaitable<void> story) {
    io_.restart();
    auto done = asio::co_spawn(strand_, std::move(story), asio::use_future);
    io_.run();
    done.get();
  }

  virtual journal::Journal::Options journal_options() { return journal::small_options(disk_); }
  virtual void apply(const Event& event) { applied_.push_back(event); }

  /// Every durable line, read as a subscriber would.
  awaitable<std::vector<std::string>> read_all(std::size_t limit = 1000) {
    std::vector<std::string> lines;
    while (lines.size() < log_->durable_head()) {
      const auto part = co_await log_->read(lines.size() + 1, limit);
      EXPECT_TRUE(part.ok() && !part->empty() && part->size() <= limit);
      if (!part || part->empty()) break;
      for (const LogLine& line : *part) {
        lines.push_back(*line.text);
        EXPECT_EQ(line.seq, lines.size());
      }
    }
    co_return lines;
  }

  std::filesystem::path root() const { return folder_.path(); }
  std::filesystem::path sessions() const { return root() / "sessions"; }

  archive::TemporaryFolder folder_;
  asio::io_context io_;
  const Strand strand_ = make_strand(io_.get_executor());
  std::shared_ptr<journal::MemoryDisk> disk_ = std::make_shared<journal::MemoryDisk>();
  BlockingPool pool_{2};
  ManualClock clock_;
  std::vector<journal::Record> replayed_;  ///< by open()
  std::vector<Event> applied_;
  std::unique_ptr<journal::Journal> journal_;
  std::shared_ptr<EventLog> log_;
};

}  // namespace coditect::workspace
