#include "storage/databases/file_check.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "storage/databases/connection.h"
#include "storage/databases/database_files.h"
#include "storage/databases/sql_guard.h"

namespace coditect::databases {

namespace {

constexpr std::chrono::milliseconds kTimeMax{250};
constexpr char kRebuilt[] = "the next query rebuilds it from the event log";

Result<void> look(Connection& connection, const Projection& projection) {
  const SqlGuard guard(connection, kTimeMax, {});
  TRY(Statement schema, connection.prepare("SELECT value FROM meta WHERE key='schema'"));
  TRY(const bool found, schema.step());
  if (!found || schema.text(0) != schema_mark(projection)) {
    return unavailable("the tables are of another version", kRebuilt);
  }
  schema.reset();
  TRY(Statement check, connection.prepare("PRAGMA quick_check(1)"));
  const Result<bool> row = check.step();
  // Out of time: no damage was found in what was looked at.
  if (!row) return row.error().code == Errc::kLimit ? Result<void>() : Result<void>(row.error());
  if (check.text(0) != "ok") return unavailable(std::string(check.text(0)), kRebuilt);
  return {};
}

}  // namespace

FileCheck check_file(const std::filesystem::path& path, const Projection& projection) {
  using Verdict = FileCheck::Verdict;
  if (!DatabaseFiles(path).exists()) {
    return {Verdict::kUnreadable, unavailable("the file is missing", kRebuilt)};
  }
  Result<std::unique_ptr<Connection>> opened = Connection::open(path, Connection::Mode::kReader);
  if (!opened) return {Verdict::kUnreadable, std::move(opened).error()};
  Connection& connection = **opened;
  Result<void> seen = connection.configure();
  if (seen) seen = look(connection, projection);
  if (seen) return {};
  const bool readable = !connection.damaged() && seen.error().hint != kRebuilt;
  const Verdict verdict = readable ? Verdict::kUnreadable : Verdict::kDamaged;
  return {verdict, unavailable(std::move(seen).error().message, kRebuilt)};
}

}  // namespace coditect::databases
