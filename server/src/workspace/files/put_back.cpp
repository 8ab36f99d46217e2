#include "workspace/files/put_back.h"

#include "base/sha256.h"
#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {

namespace {

constexpr int kAttemptsMax = 5;

Result<void> move_aside(const ProjectFolder& folder, Random& random, const std::string& path,
                        Displaced& displaced) {
  const std::string aside = path + "." + random.id("displaced_");
  TRY_VOID(folder.move(path, aside));
  displaced.moved.push_back(aside);
  return {};
}

/// Renames whatever stands on the way to `path`, or in its place, and cannot stay there.
Result<void> clear_way(const ProjectFolder& folder, Random& random, const std::string& path,
                       Displaced& displaced) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end == 0 ? 0 : end + 1);
    const std::string part = path.substr(0, end);
    const auto found = folder.stat(part);
    if (!found && found.error().code == Errc::kNotFound) return {};
    if (!found) return found.error();
    const auto fits = end == std::string::npos ? FileStat::Kind::kFile : FileStat::Kind::kFolder;
    if (found->kind != fits) return move_aside(folder, random, part, displaced);
  }
  return {};
}

/// Stores what is there as a blob; its hash, "" where nothing is.
Result<std::string> keep(const ProjectFolder& folder, blobs::BlobStore& blobs, Random& random,
                         const std::string& path, Displaced& displaced) {
  auto there = folder.read(path, kTrackedBytesMax);
  if (there) {
    TRY(displaced.hash, blobs.put(there->bytes));
    return displaced.hash;
  }
  if (there.error().code == Errc::kNotFound) return std::string();
  if (there.error().code != Errc::kLimit) return std::move(there).error();
  TRY_VOID(move_aside(folder, random, path, displaced));
  return std::string();
}

Result<void> replace(const ProjectFolder& folder, const std::string& path,
                     const std::optional<std::string>& bytes, std::uint32_t mode,
                     const std::string& before) {
  if (!bytes && before.empty()) return {};
  TRY(const std::string staged, folder.stage(bytes.value_or(""), bytes ? mode : 0600));
  auto done = bytes ? folder.publish(staged, path, before) : folder.remove(path, before, staged);
  if (!done) folder.discard(staged);
  return done;
}

}  // namespace

Result<Displaced> put_back(const ProjectFolder& folder, blobs::BlobStore& blobs, Random& random,
                           const std::string& path, const std::optional<std::string>& bytes,
                           std::uint32_t mode) {
  Displaced displaced;
  Result<void> done;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    done = clear_way(folder, random, path, displaced);
    if (!done) continue;
    const auto before = keep(folder, blobs, random, path, displaced);
    if (before) done = replace(folder, path, bytes, mode, *before);
    if (!before) done = before.error();
    if (done) return displaced;
  }
  return std::move(done).error();
}

}  // namespace coditect::workspace
