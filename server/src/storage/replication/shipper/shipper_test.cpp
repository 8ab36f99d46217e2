#include "storage/replication/shipper/shipper.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "base/event.h"
#include "storage/journal/journal_test_support.h"
#include "storage/replication/log/log_reader.h"
#include "storage/replication/node/workspace_table.h"
#include "storage/replication/replication_test_support.h"

namespace coditect::replication {
namespace {

const WorkspaceId kOne("w_1");
const WorkspaceId kTwo("w_2");
constexpr std::chrono::seconds kPatience{20};

/// A node's journal, its shipper and its log in a store in memory.
class ShipperTest : public testing::Test {
 protected:
  ShipperTest() {
    fs_ = std::make_unique<ScratchFolder>();
    journal_ = *journal::Journal::open("journal", journal::small_options(disk_),
                                       [](journal::Record) { return Result<void>(); });
    for (const WorkspaceId& id : {kOne, kTwo}) table_.add(id, "folder/" + id.str());
    shipper_.emplace(strand_, Shipper::Services{*journal_, log_, store_, pool_, table_},
                     fs_->path(), journal_->oldest_position());
  }

  /// Makes events durable; `what` tells those of two ownerships apart.
  void write(const WorkspaceId& id, Sequence first, Sequence last, const std::string& what) {
    journal::Record record{id, 0, ""};
    journal::Answers answers;
    for (Sequence seq = first; seq <= last; ++seq) {
      Event event;
      event.seq = seq;
      event.type = "note";
      event.actor = "user:ann";
      event.data = {{"text", what}};
      record.seq = seq;
      record.line = to_line(event);
      journal_->append(record, answers.expect(record));
    }
    answers.wait_for(last - first + 1);
  }
  template <class T>
  T play(awaitable<T> story) {
    io_.restart();
    auto done = asio::co_spawn(io_, std::move(story), asio::use_future);
    while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
    return done.get();
  }
  void drain() {
    shipper_->hurry();
    const auto drained = play(shipper_->drain(kPatience));
    EXPECT_TRUE(drained) << drained.error().message;
  }
  void start() {
    play(on_strand([this] { shipper_->start(); }));
  }
  LogPlace begin(const WorkspaceId& id) { return play(shipper_->begin(id)); }
  /// What the log holds of a workspace from a place on: "what first-last" for each entry.
  std::vector<std::string> shipped(const WorkspaceId& id, LogPlace from) {
    LogReader reader(store_, std::move(from), [id](const Entry& entry) {
      return entry.workspace == id && entry.kind == EntryKind::kEvents;
    });
    std::vector<std::string> found;
    for (;;) {
      auto bundle = play(reader.next());
      EXPECT_TRUE(bundle);
      if (!bundle || !*bundle) return found;
      for (const LogReader::LoadedEntry& loaded : (*bundle)->entries) {
        const auto event = parse_event(loaded.content.substr(0, loaded.content.find('\n')));
        found.push_back(*find_string(event->data, "text") + " " +
                        std::to_string(loaded.entry.first) + "-" +
                        std::to_string(loaded.entry.last));
      }
    }
  }
  void TearDown() override {
    play(finished(shipper_->close()));
    EXPECT_TRUE(journal_->close());
  }

  static constexpr const char* kNode = "n_a";
  const LogPlace first_{kNode, 1, 1};
  std::unique_ptr<ScratchFolder> fs_;
  asio::io_context io_;
  const Strand strand_ = make_strand(io_.get_executor());
  std::shared_ptr<journal::MemoryDisk> disk_ = std::make_shared<journal::MemoryDisk>();
  BlockingPool pool_{2};
  std::shared_ptr<objects::MemoryBucket> bucket_ = std::make_shared<objects::MemoryBucket>();
  objects::MemoryStore store_{bucket_};
  NodeLog log_{store_, kNode, 1, "nonce"};
  WorkspaceTable table_;
  std::unique_ptr<journal::Journal> journal_;
  std::optional<Shipper> shipper_;

 private:
  awaitable<int> on_strand(std::function<void()> work) {
    return run_on(strand_, called(std::move(work)));
  }
  static awaitable<int> called(std::function<void()> work) {
    work();
    co_return 0;
  }
  static awaitable<int> finished(awaitable<void> work) {
    co_await std::move(work);
    co_return 0;
  }
};

TEST_F(ShipperTest, CopiesWhatIsDurable) {
  start();
  write(kOne, 1, 3, "first");
  write(kTwo, 1, 1, "other");
  drain();
  write(kOne, 4, 5, "then");
  drain();
  EXPECT_EQ(shipped(kOne, first_), (std::vector<std::string>{"first 1-3", "then 4-5"}));
  EXPECT_EQ(shipped(kTwo, first_), (std::vector<std::string>{"other 1-1"}));
  EXPECT_EQ(table_.shipped(kOne), 5u);
}

TEST_F(ShipperTest, WhatComesBackToTheNodeBeginsAnew) {
  start();
  write(kOne, 1, 5, "before");
  drain();
  // Another node had it meanwhile; its log went on from event 3.
  const LogPlace place = begin(kOne);
  EXPECT_GT(place.bundle, first_.bundle);
  write(kOne, 4, 6, "anew");
  write(kTwo, 1, 1, "other");
  drain();
  EXPECT_FALSE(shipper_->stats().failure);
  EXPECT_EQ(shipped(kOne, place), (std::vector<std::string>{"anew 4-6"}));
  EXPECT_EQ(shipped(kTwo, first_), (std::vector<std::string>{"other 1-1"}));
}

TEST_F(ShipperTest, WhatTheJournalHoldsOfAnEarlierOwnershipIsNeverCopied) {
  // The node was started on a journal that holds events which were not copied before it was lost.
  write(kTwo, 1, 2, "other");
  write(kOne, 3, 5, "before");
  write(kTwo, 3, 4, "other");
  const LogPlace place = begin(kOne);
  write(kOne, 3, 4, "anew");
  start();
  drain();
  EXPECT_EQ(shipped(kOne, place), (std::vector<std::string>{"anew 3-4"}));
  EXPECT_EQ(shipped(kOne, first_), (std::vector<std::string>{"anew 3-4"}));
  EXPECT_EQ(shipped(kTwo, first_), (std::vector<std::string>{"other 1-4"}));
  EXPECT_EQ(table_.shipped(kOne), 4u);
}

TEST_F(ShipperTest, WhatLeftTheNodeIsNoLongerCopied) {
  write(kOne, 1, 3, "left");
  write(kTwo, 1, 1, "other");
  table_.remove(kOne);
  start();
  drain();
  EXPECT_TRUE(shipped(kOne, first_).empty());
  EXPECT_EQ(shipped(kTwo, first_).size(), 1u);
}

}  // namespace
}  // namespace coditect::replication
