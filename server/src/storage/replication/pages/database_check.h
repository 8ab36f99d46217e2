#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "storage/replication/pages/page_state.h"

namespace coditect::replication {

/// Whether a database file is the state that it should be: its length, the hash of every page and
/// their rolling checksum, that it is a database in WAL mode, SQLite's quick_check, and its
/// watermark. `expected.chain` and the watermark's mark are not looked at.
///
/// Returns the watermark that the file has. Errc::kInternal says what differs.
///
/// Opens the file, and removes the -wal and -shm that SQLite makes beside it; so nobody else uses
/// it, and it has none of its own. Threads: any; blocks.
Result<Watermark> check_database(const std::filesystem::path& path, const PageState& expected);

/// The second half of check_database(): what SQLite and the file's own watermark say.
Result<Watermark> check_content(const std::filesystem::path& path, Sequence applied);

}  // namespace coditect::replication
