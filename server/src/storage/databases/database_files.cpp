#include "storage/databases/database_files.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace coditect::databases {

namespace {

std::filesystem::path with_suffix(std::filesystem::path path, const char* suffix) {
  path += suffix;
  return path;
}

DatabaseFiles::FileId id_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return DatabaseFiles::kNoFile;
  return {status.st_dev, status.st_ino};
}

}  // namespace

DatabaseFiles::DatabaseFiles(std::filesystem::path path)
    : path_(std::move(path)),
      wal_(with_suffix(path_, "-wal")),
      shared_memory_(with_suffix(path_, "-shm")) {}

DatabaseFiles::Identity DatabaseFiles::identity() const {
  return {id_of(path_), id_of(wal_), id_of(shared_memory_)};
}

bool DatabaseFiles::exists() const { return id_of(path_) != kNoFile; }

Result<void> DatabaseFiles::remove() const {
  for (const auto* file : {&path_, &wal_, &shared_memory_}) {
    if (::unlink(file->c_str()) != 0 && errno != ENOENT) {
      return system_error("cannot remove " + file->filename().string(), errno);
    }
  }
  return {};
}

}  // namespace coditect::databases
