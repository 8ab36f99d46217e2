#include "storage/replication/sync/archive_sync.h"

#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/archive/archive_reader.h"
#include "storage/replication/sync/put_once.h"
#include "storage/replication/sync/segment_codec.h"

namespace coditect::replication {

ArchiveSync::ArchiveSync(objects::ObjectStore& store, BlockingPool& disk, std::string folder,
                         std::filesystem::path sessions)
    : store_(store), disk_(disk), folder_(std::move(folder)), sessions_(std::move(sessions)) {}

Result<std::vector<Run>> ArchiveSync::cut(Sequence after, Sequence through, Amount amount) const {
  RunCutter cutter;
  TRY_VOID(archive::ArchiveReader(sessions_).read(
      after + 1, [&](std::string_view line, Sequence seq) -> Result<bool> {
        if (seq > through) return false;
        cutter.add(seq, line.size());
        return true;
      }));
  if (amount == Amount::kEnough && cutter.bytes() < limits::kLogSegmentBytesMin) {
    return std::vector<Run>();
  }
  return std::move(cutter).take();
}

Result<ArchiveSync::Encoded> ArchiveSync::encode(const Run& run, std::uint64_t epoch) const {
  std::string content;
  content.reserve(run.bytes);
  Encoded encoded;
  TRY_VOID(archive::ArchiveReader(sessions_).read(
      run.first, [&](std::string_view line, Sequence seq) -> Result<bool> {
        if (seq > run.last) return false;
        content += line;
        content += '\n';
        if (seq == run.last) encoded.last_hash = sha256_hex(line);
        return true;
      }));
  if (content.size() != run.bytes || encoded.last_hash.empty()) {
    return internal("the archive in " + sessions_.string() + " changed while it was copied",
                    "run `coditect verify` on the folder");
  }
  encoded.segment = {run.first, run.last, epoch, content.size(), sha256_hex(content)};
  encoded.object = encode_segment(content);
  return encoded;
}

awaitable<Result<ArchiveSync::Stored>> ArchiveSync::store(Manifest manifest, Sequence through,
                                                          Amount amount) {
  auto look = [this, after = manifest.archived(), through, amount] {
    return cut(after, through, amount);
  };
  CO_TRY(std::vector<Run> added, co_await disk_.run(std::move(look)));
  Stored stored;
  stored.head_hash = std::move(manifest.head_hash);
  const SegmentPlan plan = plan_segments(manifest.segments, std::move(added));
  stored.segments = std::move(manifest.segments);
  stored.segments.resize(plan.kept);
  for (const Run& run : plan.runs) {
    auto read = [this, run, epoch = manifest.epoch] { return encode(run, epoch); };
    CO_TRY(Encoded encoded, co_await disk_.run(std::move(read)));
    const Manifest::Segment& segment = encoded.segment;
    std::string key = segment_key(folder_, segment.first, segment.last, segment.epoch);
    ++stored.objects;
    stored.bytes += encoded.object.size();
    CO_TRY_VOID(co_await put_once(store_, std::move(key), std::move(encoded.object)));
    stored.head_hash = std::move(encoded.last_hash);
    stored.segments.push_back(std::move(encoded.segment));
  }
  co_return stored;
}

}  // namespace coditect::replication
