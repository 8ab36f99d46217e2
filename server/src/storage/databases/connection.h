#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "storage/databases/statement.h"
#include "storage/databases/static_sql.h"

namespace coditect::databases {

/// A WAL of so many pages is emptied in the background (4 KiB each) ...
inline constexpr std::size_t kWalPagesWanted = 1000;
/// ... and by the commit that finds it this long, where the background does not keep up.
inline constexpr std::size_t kWalPagesMax = 4 * kWalPagesWanted;

/// One connection to one database file in WAL mode.
///
/// Threads:  one at a time.
/// Lifetime: outlives its statements.
/// Errors:   Errc::kUnavailable for a full disk, a busy file and the like, kInvalid for SQL that
///           does not compile, kInternal for the rest. damaged() says whether the file is at fault.
class Connection {
 public:
  enum class Mode {
    kWriter,  ///< the database's one writer
    kReader,  ///< cannot change anything, whatever the SQL says
  };

  /// Opens a file that exists, without reading it. Errc::kUnavailable when it cannot be opened.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Mode mode);
  /// The first thing to do with a connection that open() gave. Reads the file, so it may find
  /// damage.
  Result<void> configure();
  /// Creates an empty database file in rollback-journal mode, to become a template.
  static Result<std::unique_ptr<Connection>> create(const std::filesystem::path& path);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Compiles one statement. Text after the first statement is ignored.
  Result<Statement> prepare(std::string_view sql);
  /// prepare() once per connection. The statement stays the connection's and is ready to be bound.
  Result<Statement*> cached(StaticSql sql);
  /// Runs every statement of a script and ignores their rows.
  Result<void> execute(const char* script);

  /// Copies what the WAL holds into the database file, as far as no query still reads the WAL's
  /// earlier pages. Others read and write meanwhile. Nothing to do when another does it already.
  Result<void> checkpoint_beside();
  /// A writer's last commit left so many pages in the WAL.
  std::size_t wal_pages() const { return wal_pages_; }

  /// The Error of a call that returned `code`, which is not SQLITE_OK. Remembers damage.
  Error error(int code);
  /// True once a call found that the file is not the sound database it should be: rebuild it.
  bool damaged() const { return damaged_; }
  /// Gives back memory that the page cache holds beyond need.
  void release_memory() { sqlite3_db_release_memory(handle_); }

  sqlite3* handle() { return handle_; }

 private:
  Connection(sqlite3* handle, Mode mode) : handle_(handle), mode_(mode) {}
  static Result<std::unique_ptr<Connection>> open_with(const std::filesystem::path& path, Mode mode,
                                                       int flags);

  sqlite3* const handle_;
  const Mode mode_;
  bool damaged_ = false;
  std::size_t wal_pages_ = 0;
  std::unordered_map<const char*, Statement> cached_;
};

}  // namespace coditect::databases
