#include <benchmark/benchmark.h>

#include <filesystem>
#include <stdlib.h>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/event.h"
#include "storage/archive/archive.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/verify.h"

namespace coditect::archive {
namespace {

class BenchFolder {
 public:
  BenchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "archive-bench-XXXXXX").string();
    check(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  BenchFolder(const BenchFolder&) = delete;
  ~BenchFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<std::string> event_lines(Head head, std::size_t count) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) {
    Event event;
    event.seq = head.seq + 1;
    event.type = "agent_message";
    event.actor = "agent:claude";
    event.session = "s_0123456789abcdefghij";
    event.data["text"] = std::string(120, 'x');
    event.prev = head.hash;
    lines.push_back(to_line(event));
    head = {event.seq, sha256_hex(lines.back())};
  }
  return lines;
}

std::size_t total_bytes(const std::vector<std::string>& lines) {
  std::size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size() + 1;
  return bytes;
}

constexpr std::size_t kEvents = 20'000;

/// Checked appends in batches of 100, one sync at the end.
void Append(benchmark::State& state) {
  const std::vector<std::string> lines = event_lines({}, kEvents);
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const BenchFolder folder;
    auto archive = Archive::open(folder.path());
    for (std::size_t i = 0; i < lines.size(); i += 100) {
      check(archive->append(std::span(lines).subspan(i, 100)).ok());
    }
    check(archive->sync().ok());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(total_bytes(lines)));
}

/// One archive for the benchmarks that read.
const std::filesystem::path& written_archive() {
  static const BenchFolder folder;
  static const bool written = [] {
    auto archive = Archive::open(folder.path());
    check(archive.ok() && archive->append(event_lines({}, kEvents)).ok() && archive->sync().ok());
    return true;
  }();
  check(written);
  return folder.path();
}

void ReadAll(benchmark::State& state) {
  const ArchiveReader reader(written_archive());
  std::size_t bytes = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    check(reader
              .read(1,
                    [&](std::string_view line, Sequence) -> Result<bool> {
                      bytes += line.size() + 1;
                      return true;
                    })
              .ok());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void ReadOneEvent(benchmark::State& state) {
  const ArchiveReader reader(written_archive());
  Sequence seq = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    seq = (seq + 7919) % kEvents;
    check(reader.line(seq + 1).ok());
  }
}

void OpenArchive(benchmark::State& state) {
  const std::filesystem::path folder = written_archive();
  for (auto iteration : state) {
    static_cast<void>(iteration);
    check(Archive::open(folder)->head().seq == kEvents);
  }
}

void Verify(benchmark::State& state) {
  const std::filesystem::path folder = written_archive();
  std::uint64_t bytes = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const auto report = verify(folder);
    check(report.ok() && report->ok());
    bytes += report->bytes;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

BENCHMARK(Append)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(ReadAll)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(ReadOneEvent)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(OpenArchive)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(Verify)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coditect::archive
