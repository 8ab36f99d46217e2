#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "storage/databases/connection.h"
#include "storage/replication/pages/database_check.h"
#include "storage/replication/pages/page_restore.h"
#include "storage/replication/pages/page_tracker.h"

// One database of 100 MB, made like messages.db: rows of some hundred bytes, an index, full-text
// search. What a scan of it costs every 30 seconds, and what a restore waits for.
namespace coditect::replication {
namespace {

using databases::Connection;

constexpr std::uint64_t kDatabaseBytes = 100u << 20;
constexpr int kRowsAtOnce = 10'000;

class Bed {
 public:
  Bed() {
    std::string name = (std::filesystem::temp_directory_path() / "pages_bench_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    auto created = Connection::create(folder_ / "source.db");
    check(created.ok());
    writer_ = *std::move(created);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-64000;"
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
        "INSERT INTO meta VALUES('applied_seq', 0), ('applied_mark', '');"
        "CREATE TABLE messages(seq INTEGER PRIMARY KEY, sender TEXT, body TEXT, text TEXT);"
        "CREATE INDEX by_sender ON messages(sender);"
        "CREATE VIRTUAL TABLE messages_fts USING fts5(text, content='messages',"
        " content_rowid='seq');"
        "CREATE TRIGGER added AFTER INSERT ON messages BEGIN"
        " INSERT INTO messages_fts(rowid, text) VALUES(new.seq, new.text); END;");
    while (bytes() < kDatabaseBytes) add_rows();
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    auto opened = Connection::open(folder_ / "source.db", Connection::Mode::kReader);
    check(opened.ok() && (*opened)->configure().ok());
    reader_ = *std::move(opened);
  }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed() {
    reader_.reset();
    writer_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Changes about one page in a hundred, all over the table.
  void change_one_percent() {
    const std::string seq = std::to_string(++applied_);
    run("BEGIN; UPDATE messages SET sender='agent:x" + seq + "' WHERE seq%700=" + seq + "%700;" +
        "UPDATE meta SET value=" + seq + " WHERE key='applied_seq'; COMMIT");
  }
  std::uint64_t bytes() {
    auto count = writer_->prepare("PRAGMA page_count");
    check(count.ok() && *count->step());
    return static_cast<std::uint64_t>(count->integer(0)) * 4096;
  }
  Connection& reader() { return *reader_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  void run(const std::string& sql) { check(writer_->execute(sql.c_str()).ok(), sql); }
  void add_rows() {
    const std::string seq = std::to_string(++applied_);
    run("BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<" +
        std::to_string(kRowsAtOnce) +
        ") INSERT INTO messages(sender, body, text) SELECT 'agent:' || (i%20),"
        " hex(randomblob(150)), 'a sentence about file' || (i%977) FROM n;"
        "UPDATE meta SET value=" +
        seq + " WHERE key='applied_seq'; COMMIT");
  }

  std::filesystem::path folder_;
  std::unique_ptr<Connection> writer_;
  std::unique_ptr<Connection> reader_;
  Sequence applied_ = 0;
};

std::string shipped(PageTracker& tracker, Bed& bed, DeltaHead& head) {
  std::string bytes;
  const auto collected = tracker.collect(bed.reader(), into(bytes));
  check(collected.ok() && collected->has_value());
  head = **collected;
  check(tracker.commit(head).ok());
  return bytes;
}

void report(benchmark::State& state, const DeltaHead& head) {
  state.counters["database_mb"] = static_cast<double>(head.database_bytes()) / (1u << 20);
  state.counters["pages"] = head.pages;
  state.counters["delta_mb"] = static_cast<double>(head.encoded_bytes()) / (1u << 20);
}

/// Made once: it takes longer than what is measured.
Bed& the_bed() {
  static Bed bed;
  return bed;
}

/// Every page is read and hashed, one in a hundred is shipped.
void ScanOnePercentChanged(benchmark::State& state) {
  Bed& bed = the_bed();
  PageTracker tracker(ChainLimits{.deltas_max = 1'000'000, .bytes_min = 1ull << 40});
  DeltaHead head;
  shipped(tracker, bed, head);
  for (auto iteration : state) {
    static_cast<void>(iteration);
    state.PauseTiming();
    bed.change_one_percent();
    state.ResumeTiming();
    benchmark::DoNotOptimize(shipped(tracker, bed, head));
    check(!head.is_snapshot());
  }
  report(state, head);
}
BENCHMARK(ScanOnePercentChanged)->Unit(benchmark::kMillisecond);

/// A database of which nothing was shipped yet.
void Snapshot(benchmark::State& state) {
  Bed& bed = the_bed();
  DeltaHead head;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    PageTracker tracker;
    benchmark::DoNotOptimize(shipped(tracker, bed, head));
  }
  report(state, head);
}
BENCHMARK(Snapshot)->Unit(benchmark::kMillisecond);

/// A snapshot and ten deltas of one percent, checked and synced. quick_check is given apart: it is
/// most of it, and grows with the rows, not with the bytes.
void RestoreSnapshotAndTenDeltas(benchmark::State& state) {
  Bed& bed = the_bed();
  PageTracker tracker;
  DeltaHead head;
  std::vector<std::string> shipments{shipped(tracker, bed, head)};
  const DeltaHead snapshot = head;
  while (shipments.size() < 11) {
    bed.change_one_percent();
    shipments.push_back(shipped(tracker, bed, head));
  }
  const std::filesystem::path path = bed.folder() / "restored.db";
  for (auto iteration : state) {
    static_cast<void>(iteration);
    auto restore = PageRestore::begin(path);
    check(restore.ok());
    for (const std::string& shipment : shipments) check((*restore)->apply(shipment).ok());
    check((*restore)->finish().ok());
  }
  report(state, snapshot);
  const auto began = std::chrono::steady_clock::now();
  check(check_content(path, head.applied_after).ok());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  state.counters["quick_check_ms"] = took.count();
  state.counters["target_ms"] = 3000;
}
BENCHMARK(RestoreSnapshotAndTenDeltas)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coditect::replication
