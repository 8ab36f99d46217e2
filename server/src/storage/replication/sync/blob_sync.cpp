#include "storage/replication/sync/blob_sync.h"

#include <algorithm>

#include "base/posix_file.h"
#include "base/storage_limits.h"
#include "storage/blobs/pack_format.h"
#include "storage/objects/byte_sources.h"
#include "storage/replication/keys.h"
#include "storage/replication/sync/for_each.h"
#include "storage/replication/sync/listing.h"
#include "storage/replication/sync/put_once.h"

namespace coditect::replication {

bool is_blob_file(std::string_view name) {
  for (const std::string_view suffix : {".zst", ".pack"}) {
    if (!name.ends_with(suffix)) continue;
    return blobs::parse_hash(name.substr(0, name.size() - suffix.size())).has_value();
  }
  return false;
}

BlobSync::BlobSync(objects::ObjectStore& store, BlockingPool& disk, std::string folder,
                   std::filesystem::path blobs, const std::filesystem::path& known)
    : store_(store),
      disk_(disk),
      folder_(std::move(folder)),
      blobs_(std::move(blobs)),
      known_(known, store.description(), folder_) {}

awaitable<Result<void>> BlobSync::load_known() {
  if (loaded_) co_return Result<void>{};
  if (!distrusted_) {
    auto load = [this] { return known_.load(); };
    CO_TRY(loaded_, co_await disk_.run(std::move(load)));
    if (loaded_) co_return Result<void>{};
  }
  const std::string prefix = blob_prefix(folder_);
  std::set<std::string, std::less<>> names;
  CO_TRY_VOID(co_await list_all(store_, prefix, [&](const objects::ObjectInfo& object) {
    names.insert(object.key.substr(prefix.size()));
    return Result<void>();
  }));
  auto reset = [this, names = std::move(names)]() mutable {
    return known_.reset(std::move(names));
  };
  CO_TRY_VOID(co_await disk_.run(std::move(reset)));
  loaded_ = true;
  distrusted_ = false;
  co_return Result<void>{};
}

Result<std::vector<BlobSync::File>> BlobSync::missing() const {
  std::vector<File> files;
  std::error_code error;
  std::filesystem::directory_iterator entries(blobs_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    if (!is_blob_file(name) || known_.contains(name)) continue;
    const std::uint64_t bytes = entries->file_size(error);
    if (error) break;
    files.push_back({std::move(name), bytes});
  }
  if (error == std::errc::no_such_file_or_directory && files.empty()) return files;
  if (error) return system_error("list " + blobs_.string(), error.value());
  std::ranges::sort(files, {}, &File::name);
  return files;
}

awaitable<Result<void>> BlobSync::upload(const File& file) {
  std::string key = blob_key(folder_, file.name);
  const std::filesystem::path path = blobs_ / file.name;
  if (file.bytes > limits::kObjectPartBytes) {
    auto open = [path] { return objects::FileSource::open(path); };
    CO_TRY(objects::FileSource source, co_await disk_.run(std::move(open)));
    co_return co_await put_once(store_, std::move(key), source);
  }
  auto read = [path] { return read_file(path); };
  CO_TRY(std::string content, co_await disk_.run(std::move(read)));
  co_return co_await put_once(store_, std::move(key), std::move(content));
}

awaitable<Result<void>> BlobSync::upload_and_count(const File& file, Progress& progress,
                                                   const OnProgress& on_progress,
                                                   std::vector<std::string>& done) {
  CO_TRY_VOID(co_await upload(file));
  done.push_back(file.name);
  ++progress.files;
  progress.bytes += file.bytes;
  if (on_progress) on_progress(progress);
  co_return Result<void>{};
}

awaitable<Result<Progress>> BlobSync::sync(OnProgress on_progress) {
  CO_TRY_VOID(co_await load_known());
  auto look = [this] { return missing(); };
  CO_TRY(const std::vector<File> files, co_await disk_.run(std::move(look)));
  Progress progress;
  progress.files_total = files.size();
  for (const File& file : files) progress.bytes_total += file.bytes;
  std::vector<std::string> done;
  auto uploaded = co_await for_each(files.size(), limits::kTransfersMax, [&](std::size_t i) {
    return upload_and_count(files[i], progress, on_progress, done);
  });
  // What did arrive is remembered, however it ended.
  auto remember = [this, done = std::move(done)] { return known_.add(done); };
  CO_TRY_VOID(co_await disk_.run(std::move(remember)));
  if (!uploaded) co_return std::move(uploaded).error();
  co_return progress;
}

}  // namespace coditect::replication
