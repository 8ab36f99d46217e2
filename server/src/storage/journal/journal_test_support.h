#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "storage/journal/journal.h"
#include "storage/journal/memory_disk.h"

namespace coditect::journal {

inline Record record_of(const std::string& workspace, Sequence seq, std::string line) {
  return {WorkspaceId(workspace), seq, std::move(line)};
}

/// Small segments in memory, so that a few records fill one.
inline Journal::Options small_options(const std::shared_ptr<MemoryDisk>& disk,
                                      std::uint64_t seed = 1) {
  Journal::Options options;
  options.segment_bytes = 16u << 10;
  options.line_bytes_max = 8u << 10;
  options.queue_bytes_max = 1u << 20;
  options.disk = disk;
  options.random = std::make_shared<SeededRandom>(seed);
  return options;
}

/// What the appends of a test were answered, in the order of the answers.
///
/// Threads: any.
class Answers {
 public:
  Journal::Completion expect(Record record) {
    return [this, record = std::move(record)](const Result<void>& result) {
      const std::lock_guard lock(mutex_);
      result.ok() ? acknowledged_.push_back(record) : refused_.push_back(result.error());
      changed_.notify_all();
    };
  }
  void wait_for(std::size_t answers) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return acknowledged_.size() + refused_.size() >= answers; });
  }
  std::vector<Record> acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  std::vector<Error> refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Record> acknowledged_;
  std::vector<Error> refused_;
};

/// Collects what a journal replays.
struct Replayed {
  std::vector<Record> records;

  std::function<Result<void>(Record)> collector() {
    return [this](Record record) -> Result<void> {
      records.push_back(std::move(record));
      return {};
    };
  }
};

/// Everything durable from `from` on, read `bytes_max` bytes at a time.
inline std::vector<Record> read_all(const Journal& journal, Position from, std::size_t bytes_max) {
  std::vector<Record> records;
  while (true) {
    auto chunk = journal.read(from, bytes_max);
    check(chunk.ok());
    if (chunk->records.empty()) return records;
    for (Record& record : chunk->records) records.push_back(std::move(record));
    check(from < chunk->next);
    from = chunk->next;
  }
}

/// The names of the segments in use, oldest first.
inline std::vector<std::string> segments_by_id(MemoryDisk& disk) {
  std::map<std::uint64_t, std::string> by_id;
  for (const auto& [name, bytes] : disk.contents()) {
    if (bytes.size() < kHeaderUsedBytes) continue;
    const auto header = parse_header(bytes);
    if (header && *header) by_id[(*header)->id] = name;
  }
  std::vector<std::string> names;
  for (const auto& [id, name] : by_id) names.push_back(name);
  return names;
}

}  // namespace coditect::journal
