#include "storage/vectors/vector_store.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/posix_file.h"

namespace coditect::vectors {

namespace {

namespace fs = std::filesystem;
using databases::Connection;
using databases::Statement;

static_assert(std::endian::native == std::endian::little, "vectors are kept as little-endian");
static_assert(sizeof(float) == 4);

// A vector of 1,536 numbers has 6 KB: larger pages keep it in one place. Written without waiting
// for the disk: what a power cut takes is computed again.
constexpr char kSchema[] = R"sql(
PRAGMA page_size=16384;
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS passages(
  content   INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  from_line INTEGER NOT NULL,
  to_line   INTEGER NOT NULL,
  vector    BLOB NOT NULL,
  PRIMARY KEY(content, number)
);
)sql";

std::vector<float> unit(std::span<const float> vector) {
  double sum = 0;
  for (const float each : vector) sum += static_cast<double>(each) * each;
  const double length = std::sqrt(sum);
  std::vector<float> result(vector.begin(), vector.end());
  if (length > 0) {
    for (float& each : result) each = static_cast<float>(each / length);
  }
  return result;
}

std::string_view bytes_of(std::span<const float> vector) {
  return {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()};
}

/// Sixteen sums at once, which a compiler turns into vector instructions without being allowed to
/// reorder anything else.
float product(std::span<const float> a, const char* b) {
  constexpr std::size_t kLanes = 16;
  float sums[kLanes] = {};
  std::size_t at = 0;
  for (; at + kLanes <= a.size(); at += kLanes) {
    float block[kLanes];
    std::memcpy(block, b + at * sizeof(float), sizeof(block));
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[at + lane] * block[lane];
  }
  float sum = 0;
  for (const float each : sums) sum += each;
  for (; at < a.size(); ++at) {
    float value = 0;
    std::memcpy(&value, b + at * sizeof(float), sizeof(value));
    sum += a[at] * value;
  }
  return sum;
}

bool nearer(const Near& a, const Near& b) { return a.score > b.score; }

Result<void> remove_files(const fs::path& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    fs::remove(file.string() + suffix, error);
    if (error) return unavailable("removing " + file.string() + suffix + ": " + error.message());
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<VectorStore>> VectorStore::open(const fs::path& folder,
                                                       std::string_view form) {
  TRY_VOID(make_directories(folder));
  const fs::path file = folder / "embeddings.db";
  auto opened = open_file(file, form);
  if (opened) return opened;
  if (opened.error().code == Errc::kUnavailable) return opened;
  TRY_VOID(remove_files(file));
  return open_file(file, form);
}

Result<std::unique_ptr<VectorStore>> VectorStore::open_file(const fs::path& file,
                                                            std::string_view form) {
  TRY(std::unique_ptr<Connection> writer, Connection::create(file));
  TRY_VOID(writer->execute(kSchema));
  TRY_VOID(writer->configure());
  {
    TRY(Statement found, writer->prepare("SELECT value FROM meta WHERE key='form'"));
    TRY(const bool row, found.step());
    if (row && found.text(0) != form) return invalid("the vectors are of another form");
  }
  TRY(Statement insert, writer->prepare("INSERT OR IGNORE INTO meta VALUES('form', ?)"));
  insert.bind_all(form);
  TRY_VOID(insert.run());
  return std::unique_ptr<VectorStore>(new VectorStore(file, std::move(writer)));
}

Result<std::set<std::string>> VectorStore::contents() {
  const std::lock_guard lock(mutex_);
  TRY(Statement statement, writer_->prepare("SELECT hash FROM contents"));
  std::set<std::string> hashes;
  for (;;) {
    TRY(const bool row, statement.step());
    if (!row) return hashes;
    hashes.emplace(statement.text(0));
  }
}

Result<std::size_t> VectorStore::passages() {
  const std::lock_guard lock(mutex_);
  TRY(Statement statement, writer_->prepare("SELECT count(*) FROM passages"));
  TRY_VOID(statement.step());
  return static_cast<std::size_t>(statement.integer(0));
}

Result<void> VectorStore::put(const std::string& content, std::span<const Passage> passages) {
  const std::lock_guard lock(mutex_);
  TRY_VOID(writer_->execute("BEGIN IMMEDIATE"));
  auto written = write(content, passages);
  if (written) written = writer_->execute("COMMIT");
  // A rollback that fails leaves a transaction that the next BEGIN refuses, which is reported.
  if (!written) static_cast<void>(writer_->execute("ROLLBACK").ok());
  return written;
}

Result<void> VectorStore::write(std::string_view content, std::span<const Passage> passages) {
  TRY(Statement * clear,
      writer_->cached("DELETE FROM passages WHERE content=(SELECT id FROM contents WHERE hash=?)"));
  clear->bind_all(content);
  TRY_VOID(clear->run());
  TRY(Statement * add, writer_->cached("INSERT OR IGNORE INTO contents(hash) VALUES(?)"));
  add->bind_all(content);
  TRY_VOID(add->run());
  TRY(Statement * insert,
      writer_->cached("INSERT INTO passages(content, number, from_line, to_line, vector)"
                      " VALUES((SELECT id FROM contents WHERE hash=?),?,?,?,?)"));
  int number = 0;
  for (const Passage& passage : passages) {
    const std::vector<float> vector = unit(passage.vector);
    insert->bind_all(content, number++, passage.from_line, passage.to_line);
    insert->bind_blob(5, bytes_of(vector));
    TRY_VOID(insert->run());
  }
  return {};
}

Result<void> VectorStore::remove(std::span<const std::string> contents) {
  const std::lock_guard lock(mutex_);
  for (const std::string& content : contents) {
    TRY(Statement * clear, writer_->cached("DELETE FROM passages WHERE content="
                                           "(SELECT id FROM contents WHERE hash=?)"));
    clear->bind_all(content);
    TRY_VOID(clear->run());
    TRY(Statement * forget, writer_->cached("DELETE FROM contents WHERE hash=?"));
    forget->bind_all(content);
    TRY_VOID(forget->run());
  }
  return {};
}

Result<std::vector<Near>> VectorStore::nearest(std::span<const float> vector, std::size_t limit) {
  // A connection of its own, so that a long scan and the writer do not wait for each other.
  TRY(const std::unique_ptr<Connection> reader, Connection::open(file_, Connection::Mode::kReader));
  TRY_VOID(reader->configure());
  TRY(Statement statement,
      reader->prepare("SELECT c.hash, p.from_line, p.to_line, p.vector"
                      " FROM contents AS c JOIN passages AS p ON p.content=c.id"));
  const std::vector<float> query = unit(vector);
  std::vector<Near> best;  // a heap whose first is the farthest of them
  for (;;) {
    TRY(const bool row, statement.step());
    if (!row) break;
    const std::string_view bytes = statement.text(3);
    const std::string_view content = statement.text(0);
    if (bytes.size() != query.size() * sizeof(float)) continue;
    const float score = product(query, bytes.data());
    if (best.size() == limit && (limit == 0 || score <= best.front().score)) continue;
    if (best.size() == limit) {
      std::ranges::pop_heap(best, nearer);
      best.pop_back();
    }
    best.push_back({std::string(content), static_cast<int>(statement.integer(1)),
                    static_cast<int>(statement.integer(2)), score});
    std::ranges::push_heap(best, nearer);
  }
  std::ranges::sort_heap(best, nearer);
  return best;
}

}  // namespace coditect::vectors
