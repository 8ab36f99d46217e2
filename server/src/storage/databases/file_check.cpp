#include "storage/databases/file_check.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "storage/databases/connection.h"
#include "storage/databases/database_files.h"
#include "storage/databases/log_applier.h"
#include "storage/databases/sql_guard.h"

namespace coditect::databases {

namespace {

constexpr char kRebuilt[] = "the next query rebuilds it from the event log";

Result<Sequence> look(Connection& connection, const Projection& projection,
                      std::chrono::milliseconds time_max) {
  const SqlGuard guard(connection, time_max, {});
  TRY(Statement schema, connection.prepare("SELECT value FROM meta WHERE key='schema'"));
  TRY(const bool found, schema.step());
  if (!found || schema.text(0) != schema_mark(projection)) {
    return unavailable("the tables are of another version", kRebuilt);
  }
  schema.reset();
  TRY(const Applied applied, read_applied(connection));
  TRY(Statement check, connection.prepare("PRAGMA quick_check(1)"));
  const Result<bool> row = check.step();
  // Out of time: no damage was found in what was looked at.
  if (!row && row.error().code != Errc::kLimit) return Error(row.error());
  if (row && check.text(0) != "ok") return unavailable(std::string(check.text(0)), kRebuilt);
  return applied.seq;
}

}  // namespace

FileCheck check_file(const std::filesystem::path& path, const Projection& projection,
                     std::chrono::milliseconds time_max) {
  using Verdict = FileCheck::Verdict;
  if (!DatabaseFiles(path).exists()) {
    return {Verdict::kUnreadable, unavailable("the file is missing", kRebuilt), 0};
  }
  Result<std::unique_ptr<Connection>> opened = Connection::open(path, Connection::Mode::kReader);
  if (!opened) return {Verdict::kUnreadable, std::move(opened).error(), 0};
  Connection& connection = **opened;
  auto configured = connection.configure();
  auto seen = configured ? look(connection, projection, time_max)
                         : Result<Sequence>(std::move(configured).error());
  if (seen) return {Verdict::kSound, {}, *seen};
  const bool readable = !connection.damaged() && seen.error().hint != kRebuilt;
  const Verdict verdict = readable ? Verdict::kUnreadable : Verdict::kDamaged;
  return {verdict, unavailable(std::move(seen).error().message, kRebuilt), 0};
}

}  // namespace coditect::databases
