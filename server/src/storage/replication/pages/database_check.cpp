#include "storage/replication/pages/database_check.h"

#include <xxhash.h>

#include <algorithm>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/posix_file.h"
#include "storage/databases/connection.h"
#include "storage/databases/log_applier.h"

namespace coditect::replication {
namespace {

using databases::Connection;
using databases::Statement;

constexpr std::size_t kReadBytes = 1u << 20;

// Of SQLite's file header: the version that it takes to write and to read the file; 2 is WAL.
constexpr std::size_t kWriteVersionAt = 18;
constexpr std::size_t kReadVersionAt = 19;
constexpr char kWalVersion = 2;

Result<void> check_mode(std::string_view first_page) {
  if (first_page[kWriteVersionAt] == kWalVersion && first_page[kReadVersionAt] == kWalVersion) {
    return {};
  }
  return internal("the restored file is no database in WAL mode");
}

// Reads the file as the disk gives it back, and compares every page.
Result<void> check_pages(const std::filesystem::path& path, const PageState& expected) {
  TRY(const FileDescriptor file, open_file(path, O_RDONLY));
  TRY(const std::uint64_t bytes, file_size(file.get()));
  const std::size_t page_size = expected.page_size;
  if (page_size == 0 || bytes != expected.hashes.size() * page_size) {
    return internal("the file has " + std::to_string(bytes) + " bytes, not " +
                    std::to_string(expected.hashes.size() * page_size));
  }
  std::vector<char> buffer(std::max(kReadBytes, page_size) / page_size * page_size);
  std::uint64_t checksum = 0;
  for (std::uint64_t offset = 0; offset < bytes;) {
    TRY(const std::size_t got, read_at(file.get(), buffer, offset));
    if (got == 0 || got % page_size != 0) return internal("the file is cut while it is read");
    for (std::size_t at = 0; at < got; at += page_size) {
      const auto number = static_cast<std::uint32_t>((offset + at) / page_size + 1);
      const std::string_view page(buffer.data() + at, page_size);
      const std::uint64_t hash = page_hash(number, page);
      if (hash != expected.hashes[number - 1]) {
        return internal("page " + std::to_string(number) + " is not what was written");
      }
      checksum ^= hash;
      if (number == 1) TRY_VOID(check_mode(page));
    }
    offset += got;
  }
  if (checksum != expected.checksum) return internal("the rolling checksum differs");
  return {};
}

// Removes what SQLite leaves beside a file that was only looked at.
class Leftovers {
 public:
  explicit Leftovers(const std::filesystem::path& path) : path_(path) {}
  Leftovers(const Leftovers&) = delete;
  ~Leftovers() {
    for (const char* suffix : {"-wal", "-shm"}) {
      std::filesystem::path file = path_;
      file += suffix;
      ::unlink(file.c_str());
    }
  }

 private:
  const std::filesystem::path path_;
};

}  // namespace

Result<Watermark> check_content(const std::filesystem::path& path, Sequence applied) {
  const Leftovers leftovers(path);
  TRY(const std::unique_ptr<Connection> connection,
      Connection::open(path, Connection::Mode::kReader));
  TRY_VOID(connection->configure());
  // It reads every page, some of them several times; nobody else has the file, so it is not cut.
  TRY_VOID(connection->execute("PRAGMA mmap_size=8589934592"));
  {
    TRY(Statement check, connection->prepare("PRAGMA quick_check(1)"));
    TRY(const bool found, check.step());
    if (!found || check.text(0) != "ok") {
      return internal("quick_check: " + std::string(found ? check.text(0) : "nothing"));
    }
  }
  TRY(const databases::Applied in_file, databases::read_applied(*connection));
  if (in_file.seq != applied) {
    return internal("the file has applied event " + std::to_string(in_file.seq) + ", not " +
                    std::to_string(applied));
  }
  return Watermark{.seq = in_file.seq,
                   .mark = XXH3_64bits(in_file.mark.data(), in_file.mark.size())};
}

Result<Watermark> check_database(const std::filesystem::path& path, const PageState& expected) {
  TRY_VOID(check_pages(path, expected));
  return check_content(path, expected.watermark.seq);
}

}  // namespace coditect::replication
