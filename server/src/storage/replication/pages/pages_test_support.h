#pragma once

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/posix_file.h"
#include "storage/databases/connection.h"
#include "storage/replication/pages/page_delta.h"
#include "storage/replication/pages/page_restore.h"
#include "storage/replication/pages/page_tracker.h"

namespace coditect::replication {

/// A folder that is gone with its object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pages_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A database in WAL mode whose transactions move its watermark, as a catalogue's do. Whatever does
/// not work ends the program.
class SourceDatabase {
 public:
  struct Options {
    int page_size = 4096;
    const char* auto_vacuum = "NONE";
  };
  explicit SourceDatabase(std::filesystem::path path)
      : SourceDatabase(std::move(path), Options()) {}
  SourceDatabase(std::filesystem::path path, Options options) : path_(std::move(path)) {
    auto created = databases::Connection::create(path_);
    coditect::check(created.ok());
    writer_ = *std::move(created);
    run(writer(), "PRAGMA page_size=" + std::to_string(options.page_size));
    run(writer(), std::string("PRAGMA auto_vacuum=") + options.auto_vacuum);
    run(writer(), "PRAGMA journal_mode=WAL");
    coditect::check(writer().configure().ok());
    // VACUUM builds its new file as an attached database.
    sqlite3_limit(writer().handle(), SQLITE_LIMIT_ATTACHED, 1);
    run(writer(),
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
        "INSERT INTO meta VALUES('applied_seq', 0), ('applied_mark', '');"
        "CREATE TABLE rows(id INTEGER PRIMARY KEY, text);");
    auto opened = databases::Connection::open(path_, databases::Connection::Mode::kReader);
    coditect::check(opened.ok() && (*opened)->configure().ok());
    reader_ = *std::move(opened);
  }

  databases::Connection& writer() { return *writer_; }
  databases::Connection& reader() { return *reader_; }
  const std::filesystem::path& path() const { return path_; }
  Sequence applied() const { return applied_; }

  static void run(databases::Connection& connection, const std::string& sql) {
    const Result<void> done = connection.execute(sql.c_str());
    coditect::check(done.ok(), done ? "" : done.error().message + ": " + sql);
  }
  void run(const std::string& sql) { run(writer(), sql); }

  /// One event's transaction.
  void transact(const std::string& sql) { transact_at(applied_ + 1, "mark", sql); }
  void transact_at(Sequence seq, const std::string& mark, const std::string& sql) {
    applied_ = seq;
    run("BEGIN IMMEDIATE;" + sql + ";" + watermark(mark) + "COMMIT");
  }
  void roll_back(const std::string& sql) {
    ++applied_;
    run("BEGIN IMMEDIATE;" + sql + ";" + watermark("mark") + "ROLLBACK");
    --applied_;
  }
  void insert(int rows, int bytes) { transact("INSERT INTO rows(text) " + generated(rows, bytes)); }
  static std::string generated(int rows, int bytes) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<" +
           std::to_string(rows) + ") SELECT hex(randomblob(" + std::to_string(bytes / 2) +
           ")) FROM n";
  }

  /// Every byte of the database as it is now, by another way than sqlite_dbpage.
  std::string image() {
    sqlite3_int64 bytes = 0;
    unsigned char* data = sqlite3_serialize(reader().handle(), "main", &bytes, 0);
    coditect::check(data != nullptr);
    std::string image(reinterpret_cast<const char*>(data), static_cast<std::size_t>(bytes));
    sqlite3_free(data);
    return image;
  }

 private:
  std::string watermark(const std::string& mark) const {
    const std::string seq = std::to_string(applied_);
    return "UPDATE meta SET value=" + seq + " WHERE key='applied_seq';" +
           "UPDATE meta SET value='" + mark + seq + "' WHERE key='applied_mark';";
  }

  const std::filesystem::path path_;
  std::unique_ptr<databases::Connection> writer_;
  std::unique_ptr<databases::Connection> reader_;
  Sequence applied_ = 0;
};

/// A delta with its bytes.
struct Shipment {
  DeltaHead head;
  std::string bytes;
};

inline std::optional<Shipment> collect(PageTracker& tracker, databases::Connection& connection) {
  Shipment shipment;
  const auto head = tracker.collect(connection, into(shipment.bytes));
  EXPECT_TRUE(head) << head.error().message;
  if (!head || !*head) return std::nullopt;
  shipment.head = **head;
  EXPECT_EQ(shipment.bytes.size(), shipment.head.encoded_bytes());
  return shipment;
}

/// Collects and commits: what a store that works sees. There is something to collect.
inline Shipment ship(PageTracker& tracker, SourceDatabase& source) {
  auto shipment = collect(tracker, source.reader());
  coditect::check(shipment.has_value(), "nothing to ship");
  EXPECT_TRUE(tracker.commit(shipment->head));
  return *std::move(shipment);
}

inline Result<PageState> restore(const std::filesystem::path& path,
                                 const std::vector<Shipment>& shipments) {
  TRY(const std::unique_ptr<PageRestore> restore, PageRestore::begin(path));
  for (const Shipment& shipment : shipments) TRY_VOID(restore->apply(shipment.bytes));
  return restore->finish();
}

inline std::string content_of(const std::filesystem::path& path) {
  const auto content = read_file(path);
  EXPECT_TRUE(content) << path;
  return content ? *content : std::string();
}

}  // namespace coditect::replication
