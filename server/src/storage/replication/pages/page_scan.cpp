#include "storage/replication/pages/page_scan.h"

#include <xxhash.h>

#include <string>

#include "storage/databases/log_applier.h"

namespace coditect::replication {

using databases::Statement;

Result<std::unique_ptr<PageScan>> PageScan::begin(databases::Connection& connection) {
  TRY_VOID(connection.execute("BEGIN"));
  std::unique_ptr<PageScan> scan(new PageScan(connection));
  TRY_VOID(scan->look());
  return scan;
}

PageScan::~PageScan() {
  // It read only, so there is nothing that ending it could lose; it fails where the connection is
  // beyond use, and then it is closed.
  if (sqlite3_get_autocommit(connection_.handle()) == 0) {
    static_cast<void>(connection_.execute("ROLLBACK"));
  }
}

Result<void> PageScan::look() {
  // The transaction's first read is what fixes its moment.
  TRY(const databases::Applied applied, databases::read_applied(connection_));
  watermark_ = {.seq = applied.seq, .mark = XXH3_64bits(applied.mark.data(), applied.mark.size())};
  TRY(page_size_, number("PRAGMA page_size"));
  TRY(page_count_, number("PRAGMA page_count"));
  return {};
}

Result<std::uint32_t> PageScan::number(const char* sql) {
  TRY(Statement statement, connection_.prepare(sql));
  TRY(const bool found, statement.step());
  if (!found) return internal(std::string(sql) + " gives nothing");
  return static_cast<std::uint32_t>(statement.integer(0));
}

Result<void> PageScan::each(const Visitor& visitor) {
  TRY(Statement pages, connection_.prepare("SELECT pgno, data FROM sqlite_dbpage"));
  std::uint32_t last = 0;
  while (true) {
    TRY(const bool found, pages.step());
    if (!found) break;
    const auto page_number = static_cast<std::uint32_t>(pages.integer(0));
    const std::string_view page = pages.text(1);
    if (page_number != ++last || page.size() != page_size_) {
      return internal("SQLite gives page " + std::to_string(page_number) + " for page " +
                      std::to_string(last));
    }
    TRY_VOID(visitor(page_number, page));
  }
  if (last == page_count_) return {};
  return internal("SQLite gives " + std::to_string(last) + " pages of " +
                  std::to_string(page_count_));
}

Result<void> PageScan::each_of(const std::vector<std::uint32_t>& numbers, const Visitor& visitor) {
  TRY(Statement one, connection_.prepare("SELECT data FROM sqlite_dbpage WHERE pgno=?"));
  for (const std::uint32_t page_number : numbers) {
    one.bind(1, std::uint64_t{page_number});
    TRY(const bool found, one.step());
    const std::string_view page = found ? one.text(0) : std::string_view();
    if (page.size() != page_size_) {
      return internal("SQLite does not give page " + std::to_string(page_number));
    }
    TRY_VOID(visitor(page_number, page));
    one.reset();
  }
  return {};
}

}  // namespace coditect::replication
