#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "storage/journal/journal_test_support.h"

namespace coditect::journal {
namespace {

/// Runs a journal through lives that each end in a power loss, and keeps the promises' books.
class CrashStory {
 public:
  explicit CrashStory(std::uint64_t seed) : random_(seed), disk_(std::make_shared<MemoryDisk>()) {}

  /// Opens, checks what is replayed, appends at random until the power fails.
  void live_once() {
    Replayed replayed;
    auto opened =
        Journal::open("journal", small_options(disk_, random_.next()), replayed.collector());
    if (!opened) RC_FAIL("open: " + opened.error().message);
    check_replay(replayed.records);
    RC_ASSERT(read_all(**opened, (*opened)->oldest_position(), 1 + random_.below(20'000)) ==
              replayed.records);
    adopt(replayed.records);
    plan_the_fault();
    Answers answers;
    const std::size_t appends = random_.below(60);
    for (std::size_t i = 0; i < appends; ++i) append_one(**opened, answers);
    static_cast<void>((*opened)->close());
    for (const Record& record : answers.acknowledged()) {
      acknowledged_[record.workspace.str()] = record.seq;
    }
    RC_ASSERT(answers.acknowledged().size() + answers.refused().size() == appends);
    opened->reset();
    disk_->power_loss(random_);
  }

 private:
  void plan_the_fault() {
    MemoryDisk::Faults faults;
    switch (random_.below(4)) {
      case 0: break;
      case 1: faults.sync_fails_after = random_.below(20); break;
      case 2: faults.write_bytes_max = 1 + random_.below(700); [[fallthrough]];
      default: faults.power_fails_after = random_.below(120);
    }
    disk_->set_faults(faults);
  }

  void append_one(Journal& journal, Answers& answers) {
    const std::string workspace = "w" + std::to_string(random_.below(3));
    const Sequence seq = ++next_[workspace];
    const std::size_t bytes = random_.below(10) == 0 ? random_.below(8000) : random_.below(300);
    const Record record = record_of(workspace, seq, line_of(bytes));
    sent_.insert({workspace, seq, record.line});
    journal.append(record, answers.expect(record));
    if (random_.below(8) != 0) return;
    answers.wait_for(1);
    for (const Record& safe : answers.acknowledged()) {
      if (random_.below(3) == 0) release(journal, safe);
    }
  }

  void release(Journal& journal, const Record& safe) {
    Sequence& through = released_[safe.workspace.str()];
    through = std::max(through, safe.seq);
    journal.release(safe.workspace, safe.seq);
  }

  std::string line_of(std::size_t bytes) {
    std::string line = std::to_string(random_.next());
    line.resize(bytes, 'x');
    return line;
  }

  /// Every acknowledged record that was not released is there, in order, and none is invented.
  void check_replay(const std::vector<Record>& records) {
    std::map<std::string, Sequence> last;
    for (const Record& record : records) {
      const std::string& workspace = record.workspace.str();
      RC_ASSERT(sent_.contains({workspace, record.seq, record.line}));
      if (last.contains(workspace)) RC_ASSERT(record.seq == last[workspace] + 1);
      if (!last.contains(workspace)) RC_ASSERT(record.seq <= released_[workspace] + 1);
      last[workspace] = record.seq;
    }
    for (const auto& [workspace, seq] : acknowledged_) {
      if (seq > released_[workspace]) RC_ASSERT(last[workspace] >= seq);
    }
  }

  /// A replayed record counts as acknowledged; what did not survive is sent anew.
  void adopt(const std::vector<Record>& records) {
    for (const Record& record : records) {
      Sequence& seq = acknowledged_[record.workspace.str()];
      seq = std::max(seq, record.seq);
    }
    for (auto& [workspace, seq] : next_) seq = acknowledged_[workspace];
  }

  SeededRandom random_;
  std::shared_ptr<MemoryDisk> disk_;
  std::map<std::string, Sequence> next_;
  std::map<std::string, Sequence> acknowledged_;
  std::map<std::string, Sequence> released_;
  std::set<std::tuple<std::string, Sequence, std::string>> sent_;
};

RC_GTEST_PROP(JournalCrash, AcknowledgedRecordsSurviveEveryCrash, (std::uint64_t seed)) {
  CrashStory story(seed);
  for (int life = 0; life < 6; ++life) story.live_once();
}

}  // namespace
}  // namespace coditect::journal
