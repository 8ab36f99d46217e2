#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdlib.h>
#include <string>

#include "base/check.h"
#include "base/event.h"
#include "storage/archive/archive.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/verify.h"

// Whatever bytes follow two good events in a segment: nothing crashes, what is read has no gap, and
// an archive that opens can be appended to and opens again.
namespace coditect::archive {
namespace {

/// One folder for the whole run, removed at its end.
class FuzzFolder {
 public:
  FuzzFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "archive-fuzz-XXXXXX").string();
    check(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  FuzzFolder(const FuzzFolder&) = delete;
  ~FuzzFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::filesystem::path& folder() {
  static const FuzzFolder folder;
  return folder.path();
}

std::string next_line(const Head& head) {
  Event event;
  event.seq = head.seq + 1;
  event.type = "t";
  event.actor = "system";
  event.prev = head.hash;
  return to_line(event);
}

void try_bytes(std::string_view tail) {
  const std::string one = next_line({});
  const std::string two = next_line({1, sha256_hex(one)});
  const std::filesystem::path file = folder() / segment_name(1);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << one << '\n' << two << '\n' << tail;

  for (Sequence from : {1u, 2u, 3u, 100u}) {
    Sequence last = from - 1;
    static_cast<void>(ArchiveReader(folder()).read(
        from, [&](std::string_view line, Sequence seq) -> Result<bool> {
          check(seq == ++last && line.find('\n') == std::string_view::npos);
          return true;
        }));
    check(from > 2 || last >= 2);
  }
  const auto report = verify(folder());
  check(report.ok() && report->events >= 2);

  auto archive = Archive::open(folder());
  if (!archive) return;
  check(!report->ok() || archive->head() == report->head);
  const Head before = archive->head();
  const std::string lines[] = {next_line(before)};
  check(archive->append(lines).ok() && archive->sync().ok());
  const auto again = Archive::open(folder());
  check(again.ok() && again->head() == archive->head() && again->dropped_bytes() == 0);
}

}  // namespace
}  // namespace coditect::archive

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coditect::archive::try_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
