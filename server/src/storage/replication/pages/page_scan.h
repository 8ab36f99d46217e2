#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/connection.h"

namespace coditect::replication {

/// What a database says about itself: the last event that it has applied, and which event that was.
struct Watermark {
  Sequence seq = 0;
  std::uint64_t mark = 0;  ///< XXH3-64 of meta's applied_mark

  bool operator==(const Watermark&) const = default;
};

/// One read transaction on a database: its watermark and all of its pages as they were at one
/// moment, whatever is written meanwhile. Pages come from SQLite itself (sqlite_dbpage), which
/// alone knows what of the file and of the WAL is current.
///
/// Threads:  the connection's.
/// Lifetime: shorter than the connection's. While it lives, the WAL cannot begin anew: be quick.
/// Errors:   those of the connection.
class PageScan {
 public:
  static Result<std::unique_ptr<PageScan>> begin(databases::Connection& connection);
  PageScan(const PageScan&) = delete;
  PageScan& operator=(const PageScan&) = delete;
  ~PageScan();

  const Watermark& watermark() const { return watermark_; }
  std::uint32_t page_size() const { return page_size_; }
  std::uint32_t page_count() const { return page_count_; }

  using Visitor = std::function<Result<void>(std::uint32_t number, std::string_view page)>;
  /// Every page, from 1 to page_count().
  Result<void> each(const Visitor& visitor);
  /// These pages, in their order.
  Result<void> each_of(const std::vector<std::uint32_t>& numbers, const Visitor& visitor);

 private:
  explicit PageScan(databases::Connection& connection) : connection_(connection) {}
  Result<void> look();
  Result<std::uint32_t> number(const char* sql);

  databases::Connection& connection_;
  Watermark watermark_;
  std::uint32_t page_size_ = 0;
  std::uint32_t page_count_ = 0;
};

}  // namespace coditect::replication
