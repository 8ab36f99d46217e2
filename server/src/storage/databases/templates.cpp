#include "storage/databases/templates.h"

#include <fcntl.h>
#include <memory>
#include <string>
#include <system_error>

#include "base/posix_file.h"
#include "storage/databases/connection.h"
#include "storage/databases/database_files.h"
#include "storage/databases/projection.h"

namespace coditect::databases {

namespace {

namespace fs = std::filesystem;

constexpr char kMetaSchema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta(key, value) VALUES('applied_seq', 0), ('applied_mark', '');";

// Nothing is synced: every start writes the templates anew.
Result<void> write_schema(const fs::path& path, const Projection& projection) {
  TRY(const std::unique_ptr<Connection> connection, Connection::create(path));
  TRY_VOID(connection->execute(
      "PRAGMA page_size=4096; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN"));
  TRY_VOID(connection->execute(kMetaSchema));
  TRY_VOID(connection->execute(projection.schema));
  TRY(Statement mark, connection->prepare("INSERT INTO meta(key, value) VALUES('schema', ?)"));
  mark.bind(1, schema_mark(projection));
  TRY_VOID(mark.run());
  // WAL mode comes last, so that everything is in the file and nothing in a WAL.
  return connection->execute("COMMIT; PRAGMA journal_mode=WAL");
}

Error failed_copy(const fs::path& path, std::error_code error) {
  Error failed = system_error("cannot create " + path.filename().string(), error.value());
  failed.hint = "look at the disk, and restart if the folder of templates is gone";
  return failed;
}

}  // namespace

Result<Templates> Templates::create(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return system_error("cannot create the folder of templates", error.value());
  Templates templates(folder);
  for (const DatabaseName name : kDatabaseNames) {
    fs::path made = templates.file_of(name);
    made += ".new";
    const DatabaseFiles files(made);
    TRY_VOID(files.remove());
    Result<void> written = write_schema(made, projection(name));
    if (!written) return std::move(written).error().in("template " + std::string(to_string(name)));
    fs::rename(made, templates.file_of(name), error);
    if (error) return system_error("cannot rename a template", error.value());
    TRY_VOID(files.remove());
  }
  return templates;
}

fs::path Templates::file_of(DatabaseName name) const {
  return folder_ / (std::string(to_string(name)) + ".db");
}

Result<void> Templates::copy(DatabaseName name, const fs::path& path) const {
  std::error_code error;
  // Only the last folder: a workspace that was deleted does not come back.
  fs::create_directory(path.parent_path(), error);
  if (error == std::errc::no_such_file_or_directory) {
    return not_found("the workspace's folder is not there");
  }
  if (error) return system_error("cannot create the folder of the databases", error.value());
  fs::path copied = path;
  copied += ".new";
  fs::copy_file(file_of(name), copied, fs::copy_options::overwrite_existing, error);
  if (error) return failed_copy(path, error);
  // The name appears once the content is safe: after a loss of power there is a database that is
  // whole, or none, and the next query makes it from the log.
  TRY(const FileDescriptor file, open_file(copied, O_RDONLY));
  TRY_VOID(sync_data(file.get()));
  fs::rename(copied, path, error);
  if (error) return failed_copy(path, error);
  return {};
}

}  // namespace coditect::databases
