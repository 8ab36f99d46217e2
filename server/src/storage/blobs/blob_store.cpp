#include "storage/blobs/blob_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>

#include "base/check.h"
#include "base/sha256.h"
#include "storage/blobs/pack_reader.h"
#include "storage/blobs/pack_writer.h"

namespace coditect::blobs {
namespace {

constexpr std::string_view kLooseSuffix = ".zst";
constexpr std::string_view kPackSuffix = ".pack";
constexpr std::string_view kTemporary = ".tmp-";
constexpr std::size_t kReadBytes = 128u << 10;

Error no_hash(std::string_view text) {
  return invalid("'" + std::string(text.substr(0, 80)) + "' is no hash of a content");
}

/// What unfinished writes left.
Result<void> remove_temporaries(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (entries->path().filename().string().find(kTemporary) == std::string::npos) continue;
    std::filesystem::remove(entries->path(), error);
    if (error) break;
  }
  if (error) return system_error("clear " + folder.string(), error.value());
  return {};
}

}  // namespace

std::size_t BlobStore::HashOfHash::operator()(const Hash& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(std::filesystem::path folder) {
  TRY_VOID(make_directories(folder));
  TRY_VOID(remove_temporaries(folder));
  std::unique_ptr<BlobStore> store(new BlobStore(std::move(folder)));
  TRY_VOID(store->find_packs());
  // A process killed between rename and sync leaves names that are not durable, and put() takes
  // what it finds for stored.
  TRY_VOID(sync_directory(store->folder_));
  return store;
}

Result<std::unique_ptr<const BlobStore>> BlobStore::open_to_read(std::filesystem::path folder) {
  std::unique_ptr<BlobStore> store(new BlobStore(std::move(folder)));
  TRY_VOID(store->find_packs());
  return std::unique_ptr<const BlobStore>(std::move(store));
}

Result<void> BlobStore::find_packs() {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    const bool whole = name.find(kTemporary) == std::string::npos;
    if (whole && name.ends_with(kPackSuffix)) packs_.push_back(name);
  }
  if (error) return system_error("list " + folder_.string(), error.value());
  return {};
}

Result<std::string> BlobStore::put(std::string_view content) {
  std::string hash = sha256_hex(content);
  TRY(const bool known, contains(hash));
  if (known) return hash;
  TRY_VOID(write_file_atomically(loose_path(hash), Compressor().compress(content)));
  return hash;
}

Result<std::vector<std::string>> BlobStore::put_all(std::span<const std::string_view> contents) {
  TRY(PackWriter writer, PackWriter::begin(*this));
  std::vector<std::string> hashes;
  hashes.reserve(contents.size());
  for (std::string_view content : contents) {
    TRY(PackWriter::Added added, writer.add(content));
    hashes.push_back(std::move(added.hash));
  }
  TRY_VOID(writer.finish());
  return hashes;
}

Result<std::string> BlobStore::get(std::string_view hash, std::uint64_t bytes_max) const {
  std::string content;
  TRY_VOID(read(hash, bytes_max, [&](std::string_view part) {
    content += part;
    return Result<void>();
  }));
  return content;
}

Result<void> BlobStore::read(std::string_view hash, std::uint64_t bytes_max,
                             const Sink& sink) const {
  TRY(const Place place, find(hash));
  std::string buffer(std::min<std::uint64_t>(kReadBytes, place.bytes), '\0');
  std::uint64_t done = 0;
  const auto source = [&]() -> Result<std::string_view> {
    const std::uint64_t want = std::min<std::uint64_t>(buffer.size(), place.bytes - done);
    TRY(const std::size_t count,
        read_at(place.file.get(), std::span(buffer).first(want), place.offset + done));
    done += count;
    return std::string_view(buffer).substr(0, count);
  };
  Sha256 digest;
  bool refused = false;
  auto read = decompress(source, bytes_max, [&](std::string_view part) {
    digest.update(part);
    auto taken = sink(part);
    refused = !taken.ok();
    return taken;
  });
  if (!read && refused) return read;
  const std::string hint =
      "bring the file back with `coditect restore`, or from a backup of the data folder";
  if (!read && read.error().code == Errc::kInternal) {
    return internal(
        place.path.string() + ", content " + std::string(hash) + ": " + read.error().message, hint);
  }
  if (!read) return std::move(read).error().in("content " + std::string(hash));
  if (done != place.bytes || digest.finish_hex() != hash) {
    return internal(place.path.string() + " holds another content than " + std::string(hash), hint);
  }
  return {};
}

Result<bool> BlobStore::contains(std::string_view hash) const {
  const auto parsed = parse_hash(hash);
  if (!parsed) return no_hash(hash);
  std::error_code error;
  if (std::filesystem::exists(loose_path(hash), error)) return true;
  if (error) return system_error("look for " + loose_path(hash).string(), error.value());
  for (const std::string& name : packs()) {
    TRY(const PackReader pack, PackReader::open(folder_ / name));
    TRY(const auto entry, pack.find(*parsed));
    if (entry) return true;
  }
  return false;
}

Result<BlobStore::Place> BlobStore::find(std::string_view hash) const {
  const auto parsed = parse_hash(hash);
  if (!parsed) return no_hash(hash);
  const std::filesystem::path path = loose_path(hash);
  auto loose = open_file(path, O_RDONLY);
  if (loose) {
    TRY(const std::uint64_t size, file_size(loose->get()));
    return Place{*std::move(loose), 0, size, path};
  }
  if (loose.error().code != Errc::kNotFound) return std::move(loose).error();
  const std::vector<std::string> names = packs();
  for (const std::string& name : names) {
    TRY(PackReader pack, PackReader::open(folder_ / name));
    TRY(const auto entry, pack.find(*parsed));
    if (entry) {
      return Place{std::move(pack).take_file(), entry->offset, entry->stored_bytes, folder_ / name};
    }
  }
  // A damaged index can hide a content: say so rather than that it never was there.
  for (const std::string& name : names) {
    TRY(const PackReader pack, PackReader::open(folder_ / name));
    auto entries = pack.entries();
    if (!entries) return std::move(entries).error();
  }
  return not_found("no content " + std::string(hash));
}

/// Every hash that the store holds: for a writer that asks about many.
Result<BlobStore::KnownHashes> BlobStore::known_hashes() const {
  KnownHashes known;
  for (const std::string& name : packs()) {
    TRY(const PackReader pack, PackReader::open(folder_ / name));
    TRY(const std::vector<PackEntry> entries, pack.entries());
    for (const PackEntry& entry : entries) known.insert(entry.hash);
  }
  std::error_code error;
  std::filesystem::directory_iterator entries(folder_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (!name.ends_with(kLooseSuffix)) continue;
    if (const auto hash = parse_hash(name.substr(0, name.size() - kLooseSuffix.size()))) {
      known.insert(*hash);
    }
  }
  if (error) return system_error("list " + folder_.string(), error.value());
  return known;
}

std::filesystem::path BlobStore::loose_path(std::string_view hash) const {
  return folder_ / (std::string(hash) + std::string(kLooseSuffix));
}

/// The newest first: what was stored last is asked for most.
std::vector<std::string> BlobStore::packs() const {
  const std::lock_guard lock(mutex_);
  return {packs_.rbegin(), packs_.rend()};
}

void BlobStore::add_pack(std::string name) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(packs_, name) == packs_.end()) packs_.push_back(std::move(name));
}

}  // namespace coditect::blobs
