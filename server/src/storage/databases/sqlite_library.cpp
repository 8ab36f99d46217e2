#include "storage/databases/sqlite_library.h"

#include <sqlite3.h>

#include <string>

namespace coditect::databases {

namespace {

// 3.7.0 to 3.51.2 can lose committed transactions when a WAL is reset while it is checkpointed.
constexpr int kOldestSoundVersion = 3'051'003;

Result<void> configure() {
  if (sqlite3_libversion_number() < kOldestSoundVersion) {
    return internal(std::string("SQLite ") + sqlite3_libversion() + " can corrupt a database",
                    "link SQLite 3.51.3 or newer; `make setup` fetches it");
  }
  if (sqlite3_threadsafe() == 0) {
    return internal("SQLite was compiled for one thread only", "compile it with THREADSAFE=2");
  }
  // Without a preallocated page cache and lookaside an open database costs half the memory.
  const int codes[] = {sqlite3_config(SQLITE_CONFIG_MULTITHREAD),
                       sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0),
                       sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), sqlite3_initialize()};
  for (const int code : codes) {
    if (code != SQLITE_OK) {
      return internal(std::string("SQLite does not start: ") + sqlite3_errstr(code));
    }
  }
  return {};
}

}  // namespace

Result<void> start_sqlite() {
  static const Result<void> started = configure();
  return started;
}

}  // namespace coditect::databases
