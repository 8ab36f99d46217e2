#include "storage/databases/connection.h"

#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "storage/databases/sqlite_library.h"

namespace coditect::databases {

namespace {

// The databases are views of the event log: what a power cut takes from the WAL is applied again,
// so NORMAL (sync at checkpoints only, never a corrupt file) is enough.
constexpr char kWriterSettings[] =
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA cache_size=-1000;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA journal_size_limit=1048576;";
// Readers spill large sorts to files: memory is what ten thousand workspaces share.
constexpr char kReaderSettings[] =
    "PRAGMA query_only=ON;"
    "PRAGMA cache_size=-16;"
    "PRAGMA temp_store=FILE;";

/// Runs after each commit, in place of SQLite's automatic checkpoint.
int after_commit(void* wal_pages, sqlite3* handle, const char* schema, int pages) {
  *static_cast<std::size_t*>(wal_pages) = static_cast<std::size_t>(pages);
  if (static_cast<std::size_t>(pages) >= kWalPagesMax) {
    // Should it fail, the WAL keeps what it holds, and the next commit tries again.
    static_cast<void>(
        sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  }
  return SQLITE_OK;
}

bool means_damage(int code) {
  if (code == SQLITE_IOERR_SHORT_READ) return true;
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Errc meaning(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE: return Errc::kInvalid;
    case SQLITE_AUTH:
    case SQLITE_READONLY: return Errc::kDenied;
    case SQLITE_TOOBIG:
    case SQLITE_INTERRUPT: return Errc::kLimit;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM: return Errc::kUnavailable;
    default: return Errc::kInternal;
  }
}

void harden(sqlite3* handle) {
  const auto set = [handle](int option, int value) {
    check(sqlite3_db_config(handle, option, value, nullptr) == SQLITE_OK);
  };
  // Closing any connection would otherwise checkpoint and delete the WAL.
  set(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  sqlite3_extended_result_codes(handle, 1);
  // Nobody waits in normal work; recovering a WAL after a crash may overlap a health check.
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(limits::kEventBytesMax));
  sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(limits::kSqlTextBytesMax));
  sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0);
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open_with(const std::filesystem::path& path,
                                                          Mode mode, int flags) {
  TRY_VOID(start_sqlite());
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) return unavailable("no memory for a database connection");
  std::unique_ptr<Connection> connection(new Connection(handle, mode));
  if (code != SQLITE_OK) return connection->error(code).in(path.filename().string());
  harden(handle);
  return connection;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Mode mode) {
  // Reading a WAL database needs its shared-memory file, which a read-only handle may not create;
  // query_only, and the guard around people's SQL, keep a reader from writing.
  return open_with(path, mode, SQLITE_OPEN_READWRITE);
}

Result<std::unique_ptr<Connection>> Connection::create(const std::filesystem::path& path) {
  return open_with(path, Mode::kWriter, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

Result<void> Connection::configure() {
  if (mode_ == Mode::kReader) return execute(kReaderSettings);
  TRY_VOID(execute(kWriterSettings));
  // After the settings: PRAGMA wal_autocheckpoint would take the hook's place.
  sqlite3_wal_hook(handle_, after_commit, &wal_pages_);
  return {};
}

Connection::~Connection() {
  cached_.clear();
  check(sqlite3_close(handle_) == SQLITE_OK, "a statement outlived its connection");
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  if (code != SQLITE_OK) return error(code);
  if (handle == nullptr) return invalid("there is no SQL statement", "write one SELECT");
  return Statement(*this, handle);
}

Result<Statement*> Connection::cached(StaticSql sql) {
  const auto found = cached_.find(sql.text());
  if (found != cached_.end()) return &found->second;
  TRY(Statement statement, prepare(sql.text()));
  return &cached_.emplace(sql.text(), std::move(statement)).first->second;
}

Result<void> Connection::execute(const char* script) {
  const int code = sqlite3_exec(handle_, script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<void> Connection::checkpoint_beside() {
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK || code == SQLITE_BUSY) return {};
  return error(code).in("checkpoint");
}

Error Connection::error(int code) {
  check(code != SQLITE_OK);
  const int extended = sqlite3_extended_errcode(handle_);
  if (means_damage(code) || means_damage(extended)) damaged_ = true;
  return {meaning(code), sqlite3_errmsg(handle_), {}};
}

}  // namespace coditect::databases
