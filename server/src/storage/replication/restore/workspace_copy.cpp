#include "storage/replication/restore/workspace_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>

#include "base/posix_file.h"
#include "base/storage_limits.h"
#include "storage/blobs/pack_reader.h"
#include "storage/replication/restore/download.h"
#include "storage/replication/sync/for_each.h"
#include "storage/replication/sync/listing.h"
#include "storage/replication/sync/segment_codec.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

constexpr objects::Range kWhole{};
constexpr const char* kLostHint =
    "look for an older version of it in the bucket, or restore an earlier point in time";

/// A pack whose index is damaged would hide its contents.
Result<void> check_blob_file(const fs::path& file) {
  if (file.extension() != ".pack") return {};
  TRY(const blobs::PackReader pack, blobs::PackReader::open(file));
  auto entries = pack.entries();
  if (!entries) return std::move(entries).error();
  return {};
}

}  // namespace

WorkspaceCopy::WorkspaceCopy(RestoreParts parts, std::string source, Manifest manifest,
                             fs::path folder, std::optional<Sequence> through)
    : parts_(parts),
      source_(std::move(source)),
      manifest_(std::move(manifest)),
      folder_(std::move(folder)),
      through_(through),
      log_(sessions(), through),
      databases_(parts.store, parts.disk, scratch(), root() / "databases") {}

WorkspaceCopy::~WorkspaceCopy() = default;

awaitable<Result<void>> WorkspaceCopy::begin() {
  auto work = [this]() -> Result<void> {
    for (const fs::path& folder : {blob_folder(), root() / "projects", root() / "databases",
                                   root() / "staging", root() / "vector-store", scratch()}) {
      std::error_code error;
      fs::create_directories(folder, error);
      if (error) return system_error("making " + folder.string(), error.value());
    }
    return {};
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<void>> WorkspaceCopy::load_log() {
  CO_TRY_VOID(co_await load_segments());
  if (log_.head().seq == manifest_.archived() && log_.head().seq > 0 &&
      log_.head().hash != manifest_.head_hash) {
    co_return internal("the last archived event is not the one that the manifest names", kLostHint);
  }
  for (const auto& [name, snapshot] : manifest_.databases) {
    if (through_) break;
    CO_TRY_VOID(co_await databases_.add_snapshot(name, snapshot));
  }
  for (const LogPlace& place : manifest_.logs) {
    auto read = co_await parts_.tail.read(manifest_.workspace, place, *this);
    if (!read) {
      co_return std::move(read).error().in(
          fmt::format("the log of node {}, epoch {}", place.node, place.epoch));
    }
  }
  if (through_ && log_.head().seq < *through_) {
    co_return not_found(
        fmt::format("the log ends at event {}, before event {}", log_.head().seq, *through_),
        "restore up to an event that is there");
  }
  co_return Result<void>{};
}

awaitable<Result<void>> WorkspaceCopy::load_segments() {
  // As many at a time as are held in memory, twice: the next ones are fetched and decompressed
  // while these are checked and written, in order.
  constexpr std::size_t kAtOnce = limits::kTransfersMax / 4;
  const std::size_t count = manifest_.segments.size();
  std::vector<std::string> ready;
  for (std::size_t begin = 0; begin < count + kAtOnce && !log_.complete(); begin += kAtOnce) {
    std::vector<std::string> fetched(begin < count ? std::min(kAtOnce, count - begin) : 0);
    CO_TRY_VOID(co_await for_each(fetched.size() + 1, fetched.size() + 1, [&](std::size_t place) {
      return place == 0 ? append_segments(begin - kAtOnce, ready)
                        : fetch_segment(begin + place - 1, fetched[place - 1]);
    }));
    ready = std::move(fetched);
  }
  co_return Result<void>{};
}

awaitable<Result<void>> WorkspaceCopy::append_segments(std::size_t begin,
                                                       std::span<const std::string> contents) {
  auto append = [this, begin, contents]() -> Result<void> {
    for (std::size_t i = 0; i < contents.size(); ++i) {
      TRY_VOID(log_.add_segment(manifest_.segments[begin + i], contents[i]));
    }
    return {};
  };
  co_return co_await parts_.disk.run(std::move(append));
}

awaitable<Result<void>> WorkspaceCopy::fetch_segment(std::size_t place, std::string& content) {
  const Manifest::Segment& segment = manifest_.segments[place];
  std::string key = segment_key(source_, segment.first, segment.last, segment.epoch);
  auto object = co_await parts_.store.get(key, kWhole, segment_object_bytes_max());
  if (!object && object.error().code == Errc::kNotFound) {
    co_return internal(name_of(segment) + " are lost: there is no object " + key, kLostHint);
  }
  if (!object) co_return std::move(object).error().in(key);
  auto decode = [&object, &segment] { return decode_segment(object->content, segment); };
  auto decoded = co_await parts_.disk.run(std::move(decode));
  if (!decoded) {
    decoded.error().hint = kLostHint;
    co_return std::move(decoded).error().in(key);
  }
  content = *std::move(decoded);
  co_return Result<void>{};
}

awaitable<Result<void>> WorkspaceCopy::take(Entry entry, std::string content) {
  switch (entry.kind) {
    case EntryKind::kEvents: {
      auto work = [this, &entry, &content] { return log_.add_lines(entry.first, content); };
      co_return co_await parts_.disk.run(std::move(work));
    }
    case EntryKind::kBlob: co_return co_await take_blob(std::move(entry), std::move(content));
    case EntryKind::kPages:
      if (through_) co_return Result<void>{};
      co_return co_await databases_.add_delta(std::move(entry.name), std::move(content));
  }
  co_return internal("a bundle holds an entry of an unknown kind");
}

awaitable<Result<void>> WorkspaceCopy::take_blob(Entry entry, std::string content) {
  if (!is_blob_file(entry.name)) {
    co_return internal("'" + entry.name + "' in a bundle is no blob file");
  }
  bundled_blobs_.insert(entry.name);
  auto work = [file = blob_folder() / entry.name, content = std::move(content)]() -> Result<void> {
    TRY(const FileDescriptor out, open_file(file, O_WRONLY | O_CREAT | O_TRUNC));
    TRY_VOID(write_all(out.get(), content, 0));
    return check_blob_file(file);
  };
  co_return co_await parts_.disk.run(std::move(work));
}

awaitable<Result<void>> WorkspaceCopy::load_blobs(const OnProgress& on_progress) {
  const std::string prefix = blob_prefix(source_);
  std::vector<objects::ObjectInfo> missing;
  blobs_ = {};
  CO_TRY_VOID(co_await list_all(parts_.store, prefix, [&](const objects::ObjectInfo& object) {
    std::string name = object.key.substr(prefix.size());
    if (!is_blob_file(name)) return Result<void>();  // a stranger's
    if (!bundled_blobs_.contains(name)) {
      missing.push_back(object);
      blobs_.bytes_total += object.bytes;
    }
    blob_objects_.insert(std::move(name));
    return Result<void>();
  }));
  blobs_.files_total = missing.size();
  CO_TRY_VOID(co_await for_each(missing.size(), limits::kTransfersMax, [&](std::size_t i) {
    return fetch_blob(missing[i], on_progress);
  }));
  auto open = [this] { return blobs::BlobStore::open(blob_folder()); };
  CO_TRY(blob_store_, co_await parts_.disk.run(std::move(open)));
  co_return Result<void>{};
}

awaitable<Result<void>> WorkspaceCopy::fetch_blob(const objects::ObjectInfo& object,
                                                  const OnProgress& on_progress) {
  const fs::path file = blob_folder() / object.key.substr(blob_prefix(source_).size());
  CO_TRY_VOID(co_await download(parts_.store, parts_.disk, object.key, object.bytes, file));
  auto look = [file] { return check_blob_file(file); };
  auto sound = co_await parts_.disk.run(std::move(look));
  if (!sound) {
    sound.error().hint = kLostHint;
    co_return std::move(sound).error().in(object.key);
  }
  ++blobs_.files;
  blobs_.bytes += object.bytes;
  if (on_progress) on_progress(blobs_);
  co_return Result<void>{};
}

awaitable<Result<void>> WorkspaceCopy::build_databases() {
  co_return co_await databases_.build(log_.head().seq);
}

awaitable<Result<RestoredProject>> WorkspaceCopy::build_project(LostFiles lost) {
  auto work = [this, lost]() -> Result<RestoredProject> {
    const Moment moment = through_ ? Moment::kEarlier : Moment::kEnd;
    TRY(const BaseTree base, choose_base(manifest_.project, sessions(), moment, log_.head().seq));
    return restore_project(base, sessions(), *blob_store_, lost, root() / "projects");
  };
  co_return co_await parts_.disk.run(std::move(work));
}

}  // namespace coditect::replication
