#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/verify.h"

namespace coditect::archive {
namespace {

/// The lines that a reader gives from `from` on.
std::vector<std::string> lines_from(const std::filesystem::path& folder, Sequence from) {
  std::vector<std::string> lines;
  const auto read =
      ArchiveReader(folder).read(from, [&](std::string_view line, Sequence) -> Result<bool> {
        lines.emplace_back(line);
        return true;
      });
  RC_ASSERT(read.ok());
  return lines;
}

/// What a crash may leave of the last segment: a part of what was appended since the last sync.
void crash(const std::filesystem::path& folder, std::uint64_t synced_bytes, Random& random) {
  const auto segments = list_segments(folder);
  RC_ASSERT(segments.ok());
  if (segments->empty()) return;
  const auto file = folder / segment_name(segments->back());
  const std::uint64_t size = std::filesystem::file_size(file);
  const std::uint64_t keep = synced_bytes + random.below(size - synced_bytes + 1);
  std::filesystem::resize_file(file, keep);
  // Blocks that were allocated and never written read as zeros.
  if (random.below(3) == 0) std::filesystem::resize_file(file, keep + random.below(9000));
}

/// The same where any part of what was not synced may be missing, not only the end.
void lose_pages(const std::filesystem::path& folder, std::uint64_t synced_bytes, Random& random) {
  constexpr std::uint64_t kPieceBytes = 512;
  crash(folder, synced_bytes, random);
  const auto segments = list_segments(folder);
  RC_ASSERT(segments.ok());
  if (segments->empty()) return;
  const auto file = folder / segment_name(segments->back());
  auto bytes = read_file(file);
  RC_ASSERT(bytes.ok());
  for (std::uint64_t at = synced_bytes; at < bytes->size();) {
    const std::uint64_t end =
        std::min<std::uint64_t>((at / kPieceBytes + 1) * kPieceBytes, bytes->size());
    if (random.below(3) == 0) bytes->replace(at, end - at, end - at, '\0');
    at = end;
  }
  overwrite(file, *bytes);
}

RC_GTEST_PROP(ArchiveCrash, SyncedEventsSurviveAndTheChainHolds,
              (std::uint64_t seed, bool loses_pages)) {
  SeededRandom random(seed);
  const TemporaryFolder temporary;
  const auto folder = temporary.path() / "sessions";
  std::vector<std::string> sent;  // what the log is known to begin with
  Sequence synced = 0;
  for (int life = 0; life < 4; ++life) {
    Archive::Options options{.segment_bytes = 500 + random.below(4000)};
    if (loses_pages) {
      // The journal may know of less.
      options.synced_through = synced - std::min<Sequence>(synced, random.below(4));
      const auto before = verify(folder, options.synced_through);
      RC_ASSERT(before.ok() || life == 0);
      if (before) {
        for (const Problem& problem : before->problems) {
          RC_ASSERT(problem.kind == Problem::Kind::kUnfinished);
        }
      }
    }
    auto archive = Archive::open(folder, std::move(options));
    RC_ASSERT(archive.ok());
    RC_ASSERT(archive->head().seq >= synced);
    RC_ASSERT(archive->head().seq <= sent.size());
    sent.resize(archive->head().seq);
    RC_ASSERT(lines_from(folder, 1) == sent);
    Sequence last_segment_synced = 0;
    const auto remember_sync = [&] {
      synced = archive->head().seq;
      const auto segments = list_segments(folder);
      last_segment_synced = segments->empty() ? 0 : segments->back();
    };
    remember_sync();
    std::uint64_t synced_bytes = 0;
    const auto bytes_now = [&] {
      return last_segment_synced == 0
                 ? 0
                 : std::filesystem::file_size(folder / segment_name(last_segment_synced));
    };
    synced_bytes = bytes_now();
    for (std::uint64_t step = random.below(12); step > 0; --step) {
      const auto lines =
          next_lines(archive->head(), random.below(6), std::string(random.below(700), 'x'));
      RC_ASSERT(archive->append(lines).ok());
      sent.insert(sent.end(), lines.begin(), lines.end());
      if (random.below(3) == 0) {
        RC_ASSERT(archive->sync().ok());
        remember_sync();
        synced_bytes = bytes_now();
      }
    }
    const auto segments = list_segments(folder);
    // A segment that was begun since the last sync has nothing durable; those before it have all.
    const bool same = !segments->empty() && segments->back() == last_segment_synced;
    if (loses_pages) {
      lose_pages(folder, same ? synced_bytes : 0, random);
    } else {
      crash(folder, same ? synced_bytes : 0, random);
    }
  }
  Archive::Options options;
  if (loses_pages) options.synced_through = synced;
  RC_ASSERT(Archive::open(folder, std::move(options)).ok());
  const auto report = verify(folder);
  RC_ASSERT(report.ok());
  RC_ASSERT(report->ok());
}

RC_GTEST_PROP(ArchiveReader, EveryStartGivesTheRest, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const TemporaryFolder temporary;
  const auto folder = temporary.path() / "sessions";
  auto archive = Archive::open(folder, {.segment_bytes = 300 + random.below(20'000)});
  RC_ASSERT(archive.ok());
  std::vector<std::string> sent;
  for (std::uint64_t i = random.below(40); i > 0; --i) {
    const auto lines = next_lines(archive->head(), 1, std::string(random.below(3000), 'x'));
    RC_ASSERT(archive->append(lines).ok());
    sent.push_back(lines[0]);
  }
  for (Sequence from = 1; from <= sent.size() + 2; ++from) {
    const auto expected = from > sent.size()
                              ? std::vector<std::string>()
                              : std::vector(sent.begin() + static_cast<long>(from) - 1, sent.end());
    RC_ASSERT(lines_from(folder, from) == expected);
  }
}

}  // namespace
}  // namespace coditect::archive
