#include "storage/replication/shipper/shipper.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "storage/objects/byte_sources.h"
#include "storage/replication/sync/for_each.h"

namespace coditect::replication {

namespace {

using std::chrono::steady_clock;

/// A larger file is an object of its own, which goes before the bundle.
constexpr std::uint64_t kEmbeddedBytesMax = 256u << 10;
constexpr std::chrono::milliseconds kRetryDelay{1'000};

}  // namespace

Shipper::Shipper(const Strand& strand, Services services, std::filesystem::path data,
                 journal::Position start)
    : strand_(strand),
      services_(services),
      data_(std::move(data)),
      next_(start),
      caught_up_at_(steady_clock::now()),
      wake_(strand),
      progress_(strand),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("copying to the object store: {} failed: {}", task, what);
      }) {}

void Shipper::start() {
  asio::post(strand_, [this] { tasks_.spawn("shipping", run()); });
}

void Shipper::hurry() {
  asio::post(strand_, [this] {
    hurried_ = true;
    wake_.notify_all();
  });
}

awaitable<void> Shipper::close() { return run_on(strand_, close_on_strand()); }

awaitable<void> Shipper::close_on_strand() {
  closing_ = true;
  wake_.notify_all();
  co_await tasks_.close();
}

awaitable<LogPlace> Shipper::next_place() { return run_on(strand_, next_place_on_strand()); }

awaitable<LogPlace> Shipper::next_place_on_strand() {
  LogPlace place = services_.log.next_place();
  co_return place;
}

awaitable<journal::Position> Shipper::shipped() { return run_on(strand_, shipped_on_strand()); }

awaitable<journal::Position> Shipper::shipped_on_strand() { co_return queue_.low_water(next_); }

awaitable<void> Shipper::forget(WorkspaceId workspace) {
  return run_on(strand_, forget_on_strand(std::move(workspace)));
}

awaitable<void> Shipper::forget_on_strand(WorkspaceId workspace) {
  queue_.forget(workspace);
  blobs_.forget(workspace);
  co_return;
}

awaitable<LogPlace> Shipper::begin(WorkspaceId workspace) {
  return run_on(strand_, begin_on_strand(std::move(workspace)));
}

awaitable<LogPlace> Shipper::begin_on_strand(WorkspaceId workspace) {
  while (!closing_ && !services_.log.sealed() && (reading_ || is_under_way(workspace))) {
    co_await progress_.wait();
  }
  queue_.forget(workspace);
  blobs_.forget(workspace);
  const journal::Position durable = services_.journal.durable_position();
  if (next_ < durable) begins_[workspace] = durable;
  LogPlace place = services_.log.next_place();
  co_return place;
}

bool Shipper::is_under_way(const WorkspaceId& workspace) const {
  if (uploading_.contains(workspace)) return true;
  return sending_ && std::ranges::any_of(sending_->runs, [&](const ShipQueue::Run& run) {
           return run.workspace == workspace;
         });
}

/// Up to the next place at which a workspace begins, so that a chunk is before it or behind it.
std::size_t Shipper::bytes_to_read() const {
  std::size_t bytes = limits::kBundleBytesMax / 4;
  for (const auto& [workspace, begin] : begins_) {
    if (begin.segment == next_.segment && begin.offset > next_.offset) {
      bytes = std::min<std::size_t>(bytes, begin.offset - next_.offset);
    }
  }
  return bytes;
}

awaitable<void> Shipper::run() {
  while (!closing_ && !services_.log.sealed()) {
    const auto began = steady_clock::now();
    hurried_ = false;
    auto copied = co_await copy_once();
    const bool failed = !copied;
    if (failed) spdlog::warn("copying to the object store: {}", copied.error().message);
    note(failed ? std::optional(std::move(copied).error()) : std::nullopt);
    services_.journal.hold(queue_.low_water(next_));
    progress_.notify_all();
    const auto next = began + (failed ? kRetryDelay : limits::kBundleInterval);
    while (!closing_ && !(hurried_ && !failed) && steady_clock::now() < next) {
      co_await wake_.wait_until(next);
    }
  }
}

awaitable<Result<void>> Shipper::copy_once() {
  const auto looked_at = steady_clock::now();
  if (!sending_) {
    CO_TRY_VOID(co_await read_journal());
    CO_TRY(std::vector<Embedded> blobs, co_await find_blobs());
    CO_TRY_VOID(co_await build(std::move(blobs)));
  }
  if (sending_) CO_TRY_VOID(co_await send());
  if (queue_.bytes() == 0) caught_up_at_ = looked_at;
  co_return Result<void>{};
}

awaitable<Result<void>> Shipper::read_journal() {
  const journal::Position durable = services_.journal.durable_position();
  while (next_ < durable && queue_.bytes() < limits::kBundleBytesMax) {
    auto read = [&journal = services_.journal, from = next_, bytes = bytes_to_read()] {
      return journal.read(from, bytes);
    };
    reading_ = true;
    auto got = co_await services_.disk.run(std::move(read));
    reading_ = false;
    CO_TRY(journal::Chunk chunk, std::move(got));
    for (journal::Record& record : chunk.records) {
      if (!services_.host.folder_of(record.workspace)) continue;
      if (const auto begin = begins_.find(record.workspace);
          begin != begins_.end() && next_ < begin->second) {
        continue;
      }
      CO_TRY_VOID(queue_.add(std::move(record), next_));
    }
    if (chunk.next == next_) break;
    next_ = chunk.next;
    std::erase_if(begins_, [this](const auto& each) { return each.second <= next_; });
  }
  co_return Result<void>{};
}

/// What waits for a thread waits once for all workspaces, not once for each: a thousand turns of a
/// busy node take longer than the second that a bundle may be late.
awaitable<Result<std::vector<Shipper::Embedded>>> Shipper::find_blobs() {
  CO_TRY(std::vector<BlobFolder> folders, co_await look_at_blob_folders());
  std::vector<Embedded> embedded;
  std::vector<std::filesystem::path> paths;
  std::size_t embedded_bytes = 0;
  for (BlobFolder& each : folders) {
    if (!blobs_.knows(each.workspace)) continue;  // it left the node meanwhile
    std::vector<BlobLedger::File> alone;
    for (BlobLedger::File& file : blobs_.missing(each.workspace, std::move(each.seen))) {
      const bool fits = embedded_bytes + file.bytes <= limits::kBundleBytesMax / 2;
      if (file.bytes > kEmbeddedBytesMax || !fits) {
        alone.push_back(std::move(file));
        continue;
      }
      embedded_bytes += file.bytes;
      paths.push_back(each.path / file.name);
      embedded.push_back({each.workspace, std::move(file), ""});
    }
    if (!alone.empty()) {
      uploading_.insert(each.workspace);
      tasks_.spawn("an upload", upload(each.workspace, each.folder, std::move(alone)));
    }
  }
  if (embedded.empty()) co_return embedded;
  auto read = [&]() -> Result<void> {
    for (std::size_t i = 0; i < embedded.size(); ++i) {
      TRY(embedded[i].content, read_file(paths[i]));
    }
    return {};
  };
  CO_TRY_VOID(co_await services_.disk.run(std::move(read)));
  co_return embedded;
}

awaitable<Result<std::vector<Shipper::BlobFolder>>> Shipper::look_at_blob_folders() {
  std::vector<BlobFolder> folders;
  std::vector<std::size_t> unknown;
  for (const WorkspaceId& workspace : queue_.waiting()) {
    if (uploading_.contains(workspace)) continue;
    auto folder = services_.host.folder_of(workspace);
    if (!folder) {
      queue_.forget(workspace);
      continue;
    }
    std::filesystem::path path = data_ / *folder / "sessions" / "blobs";
    if (!blobs_.knows(workspace)) unknown.push_back(folders.size());
    folders.push_back({workspace, *std::move(folder), std::move(path), {}, {}});
  }
  CO_TRY_VOID(co_await for_each(unknown.size(), limits::kTransfersMax, [&](std::size_t i) {
    const BlobFolder& each = folders[unknown[i]];
    return learn_stored_blobs(each.workspace, each.folder);
  }));
  for (BlobFolder& each : folders) each.complete_at = blobs_.complete_at(each.workspace);
  auto look = [&folders]() -> Result<void> {
    for (BlobFolder& each : folders) {
      TRY(each.seen, BlobLedger::look(each.path, each.complete_at));
    }
    return {};
  };
  CO_TRY_VOID(co_await services_.disk.run(std::move(look)));
  co_return folders;
}

awaitable<Result<void>> Shipper::learn_stored_blobs(WorkspaceId workspace, std::string folder) {
  const std::string prefix = blob_key(folder, "");
  std::set<std::string> stored;
  std::string next;
  do {
    CO_TRY(objects::ListPage page,
           co_await services_.store.list(prefix, next, limits::kListPageObjectsMax));
    for (const objects::ObjectInfo& each : page.objects) {
      stored.insert(each.key.substr(prefix.size()));
    }
    next = std::move(page.next);
  } while (!next.empty());
  blobs_.begin(workspace, std::move(stored));
  co_return Result<void>{};
}

/// Copies large files of one workspace while the others go on.
awaitable<void> Shipper::upload(WorkspaceId workspace, std::string folder,
                                std::vector<BlobLedger::File> files) {
  for (const BlobLedger::File& file : files) {
    const auto path = data_ / folder / "sessions" / "blobs" / file.name;
    auto opened = objects::FileSource::open(path);
    Result<void> copied;
    if (opened) {
      auto put =
          co_await services_.store.put(blob_key(folder, file.name), *opened, objects::IfAbsent{});
      // The same name is the same content.
      if (!put && put.error().code != Errc::kConflict) copied = std::move(put).error();
    } else {
      copied = std::move(opened).error();
    }
    if (!copied) {
      spdlog::warn("copying {}: {}", path.string(), copied.error().message);
      note(std::move(copied).error());
      break;  // the next look finds what is still missing
    }
    blobs_.add(workspace, file.name);
    const std::lock_guard lock(mutex_);
    stats_.blob_bytes += file.bytes;
  }
  uploading_.erase(workspace);
  hurried_ = true;
  wake_.notify_all();
}

awaitable<Result<void>> Shipper::build(std::vector<Embedded> blobs) {
  BundleWriter bundle(services_.log.next_head());
  for (Embedded& blob : blobs) {
    CO_TRY_VOID(bundle.add({EntryKind::kBlob, blob.workspace, blob.file.name}, blob.content));
    blob.content.clear();
  }
  const auto held = [this](const WorkspaceId& each) { return uploading_.contains(each); };
  Sending sending{{}, {}, std::move(blobs)};
  sending.runs = queue_.take(held, limits::kBundleBytesMax - bundle.content_bytes());
  Result<void> built;
  for (ShipQueue::Run& run : sending.runs) {
    if (!built) break;
    built = bundle.add({EntryKind::kEvents, run.workspace, "", run.first, run.last}, run.lines);
    run.lines.clear();
  }
  if (built && services_.pages != nullptr) {
    const std::size_t room = limits::kBundleBytesMax - bundle.content_bytes();
    for (PageSource::Pages& each : co_await services_.pages->collect(room)) {
      sending.pages = true;
      if (built) built = bundle.add(std::move(each.entry), each.content);
    }
  }
  if (!built) {
    queue_.give_back();
    if (sending.pages) services_.pages->lost();
    co_return built;
  }
  if (bundle.empty()) co_return Result<void>{};
  sending.bundle = std::move(bundle).finish();
  sending_ = std::move(sending);
  co_return Result<void>{};
}

awaitable<Result<void>> Shipper::send() {
  std::string bundle = sending_->bundle;
  CO_TRY_VOID(co_await services_.log.append(std::move(bundle)));
  const Sending sent = *std::exchange(sending_, std::nullopt);
  queue_.acknowledge();
  for (const Embedded& blob : sent.blobs) blobs_.add(blob.workspace, blob.file.name);
  for (const ShipQueue::Run& run : sent.runs) services_.host.on_shipped(run.workspace, run.last);
  if (sent.pages) co_await services_.pages->acknowledged();
  count(sent);
  co_return Result<void>{};
}

awaitable<Result<void>> Shipper::drain(std::chrono::milliseconds patience) {
  return run_on(strand_, drain_on_strand(patience));
}

awaitable<Result<void>> Shipper::drain_on_strand(std::chrono::milliseconds patience) {
  const journal::Position wanted = services_.journal.durable_position();
  const auto deadline = steady_clock::now() + patience;
  while (queue_.low_water(next_) < wanted) {
    if (services_.log.sealed()) co_return unavailable("another node has sealed this node's log");
    if (steady_clock::now() >= deadline) {
      co_return unavailable("the object store did not take everything in time",
                            "what is missing is copied at the next start");
    }
    hurried_ = true;
    wake_.notify_all();
    co_await progress_.wait_until(deadline);
  }
  co_return Result<void>{};
}

void Shipper::count(const Sending& sent) {
  const std::lock_guard lock(mutex_);
  ++stats_.bundles;
  stats_.bundle_bytes += sent.bundle.size();
  for (const ShipQueue::Run& run : sent.runs) stats_.events += run.last - run.first + 1;
}

void Shipper::note(std::optional<Error> failure) {
  const std::lock_guard lock(mutex_);
  stats_.failure = std::move(failure);
  stats_.waiting_bytes = queue_.bytes();
  stats_.lag =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - caught_up_at_);
}

Shipper::Stats Shipper::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace coditect::replication
