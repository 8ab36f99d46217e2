#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/journal/journal_test_support.h"

namespace coditect::journal {

/// Runs a journal through lives that each end in a power loss, and keeps the promises' books.
///
/// The property: what a life finds is a run of what was appended before, in order. It begins no
/// later than the first record that was not released, and ends no earlier than the last one that
/// was acknowledged.
class CrashStory {
 public:
  CrashStory(std::uint64_t seed, MemoryDisk::Syncs syncs)
      : random_(seed), disk_(std::make_shared<MemoryDisk>(syncs)) {}

  /// Opens, checks what is replayed, appends at random until the power fails. What the journal did
  /// wrong, if anything: the story is over then.
  std::optional<std::string> live_once() {
    Replayed replayed;
    auto opened =
        Journal::open("journal", small_options(disk_, random_.next()), replayed.collector());
    if (!opened) return "open: " + opened.error().message;
    if (auto wrong = fault_of(replayed.records)) return wrong;
    Journal& journal = **opened;
    if (read_all(journal, journal.oldest_position(), 1 + random_.below(20'000)) !=
        replayed.records) {
      return "what can be read is not what was replayed";
    }
    adopt(replayed.records);
    plan_the_fault();
    Answers answers;
    const std::size_t appends = random_.below(60);
    for (std::size_t i = 0; i < appends; ++i) append_one(journal, answers);
    static_cast<void>(journal.close());
    for (const Record& record : answers.acknowledged()) {
      acknowledged_[record.workspace.str()] = record.seq;
    }
    if (answers.acknowledged().size() + answers.refused().size() != appends) {
      return "an append was not answered";
    }
    opened->reset();
    disk_->power_loss(random_);
    return std::nullopt;
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
    const std::size_t bytes = random_.below(10) == 0 ? random_.below(8000) : random_.below(300);
    const Record record = record_of(workspace, ++next_[workspace], line_of(bytes));
    appended_.push_back(record);
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

  /// What is wrong with these records after all that was appended.
  std::optional<std::string> fault_of(const std::vector<Record>& records) {
    auto begin = appended_.end();
    if (!records.empty()) begin = std::ranges::find(appended_, records.front());
    const auto room = static_cast<std::size_t>(appended_.end() - begin);
    if (records.size() > room) return "a record that was not appended, or not there";
    const auto end = begin + static_cast<std::ptrdiff_t>(records.size());
    if (!std::equal(begin, end, records.begin())) return "another order, or a gap";
    for (auto record = appended_.begin(); record != begin; ++record) {
      const std::string& workspace = record->workspace.str();
      const bool acknowledged = record->seq <= acknowledged_[workspace];
      // With nothing left, what was not acknowledged may be lost too.
      const bool needed = acknowledged || !records.empty();
      if (needed && record->seq > released_[workspace]) return "lost before the rest: " + workspace;
    }
    for (auto record = end; record != appended_.end(); ++record) {
      const std::string& workspace = record->workspace.str();
      if (record->seq <= acknowledged_[workspace]) return "acknowledged and lost: " + workspace;
    }
    return std::nullopt;
  }

  /// A replayed record counts as acknowledged; what did not survive is sent anew.
  void adopt(const std::vector<Record>& records) {
    appended_ = records;
    for (const Record& record : records) {
      Sequence& seq = acknowledged_[record.workspace.str()];
      seq = std::max(seq, record.seq);
    }
    for (auto& [workspace, seq] : next_) seq = acknowledged_[workspace];
  }

  SeededRandom random_;
  std::shared_ptr<MemoryDisk> disk_;
  std::vector<Record> appended_;  ///< what this life found and was sent, in order
  std::map<std::string, Sequence> next_;
  std::map<std::string, Sequence> acknowledged_;
  std::map<std::string, Sequence> released_;
};

}  // namespace coditect::journal
