#include "storage/replication/restore/blob_check.h"

#include <fmt/format.h>

#include <set>

#include "base/event.h"
#include "base/hex.h"
#include "base/image_ref.h"
#include "base/storage_limits.h"
#include "storage/archive/archive_reader.h"
#include "storage/blobs/pack_reader.h"
#include "storage/blobs/snapshot.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

class Checker {
 public:
  Checker(const fs::path& folder, const blobs::BlobStore& store) : folder_(folder), store_(store) {}

  Result<BlobCheck> run(const fs::path& sessions,
                        const std::optional<Manifest::ProjectTree>& project, Sequence through) {
    TRY_VOID(read_everything());
    if (project) check_tree(project->tree, "the copy of the project");
    TRY_VOID(archive::ArchiveReader(sessions).read(
        1, [&](std::string_view line, Sequence seq) -> Result<bool> {
          if (seq > through) return false;
          TRY_VOID(check_event(line));
          return seq < through;
        }));
    return std::move(found_);
  }

 private:
  void problem(std::string what) {
    if (found_.problems.size() < limits::kCheckProblemsMax) {
      found_.problems.push_back(std::move(what));
    }
  }

  Result<void> read_everything() {
    std::error_code error;
    fs::directory_iterator entries(folder_, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const fs::path& path = entries->path();
      if (path.extension() == ".zst") {
        read_content(path.stem().string(), path);
        continue;
      }
      if (path.extension() != ".pack") continue;  // a write under way
      auto pack = blobs::PackReader::open(path);
      if (!pack) return std::move(pack).error();
      auto index = pack->entries();
      if (!index) return std::move(index).error();
      for (const blobs::PackEntry& entry : *index) read_content(to_hex(entry.hash), path);
    }
    if (error) return system_error("list " + folder_.string(), error.value());
    return {};
  }

  void read_content(const std::string& hash, const fs::path& file) {
    const auto nowhere = [](std::string_view) { return Result<void>(); };
    auto read = store_.read(hash, UINT64_MAX, nowhere);
    if (read) {
      sound_.insert(hash);
      ++found_.contents;
      return;
    }
    problem(fmt::format("the content {} in {} is damaged: {}", hash, file.filename().string(),
                        read.error().message));
  }

  void need(const std::string& hash, const std::string& who) {
    if (!sound_.contains(hash) && reported_.insert(hash).second) {
      problem(fmt::format("{} names the content {}, which is not in the store", who, hash));
    }
  }

  void check_tree(const std::string& hash, const std::string& who) {
    if (!trees_.insert(hash).second) return;
    if (!sound_.contains(hash)) {
      need(hash, who);
      return;
    }
    const auto tree = blobs::read_tree(hash, store_);
    if (!tree) {
      problem(who + ": " + tree.error().message);
      return;
    }
    for (const blobs::TreeEntry& entry : tree->entries) {
      if (entry.kind == blobs::TreeEntry::Kind::kFile) need(entry.hash, who + ", " + entry.path);
    }
  }

  Result<void> check_event(std::string_view line) {
    // Most events name no content, and parsing is what takes the time.
    const auto has = [line](std::string_view key) { return line.find(key) != line.npos; };
    if (!has("\"blob\":") && !has("\"tree\":") && !has("\"images\":")) return {};
    TRY(const Event event, parse_event(line));
    const std::string who = fmt::format("event {}", event.seq);
    if (event.type == "checkpoint") {
      if (const auto tree = find_string(event.data, "tree")) check_tree(*tree, who);
    } else if (event.type == "file_edit") {
      if (const auto blob = find_string(event.data, "blob")) need(*blob, who);
    } else if (event.type == "agent_message" || event.type == "task_queued") {
      TRY(const std::vector<ImageRef> images, parse_images(event.data));
      for (const ImageRef& image : images) need(image.hash, who);
    }
    return {};
  }

  const fs::path& folder_;
  const blobs::BlobStore& store_;
  std::set<std::string> sound_;
  std::set<std::string> reported_;
  std::set<std::string> trees_;
  BlobCheck found_;
};

}  // namespace

Result<BlobCheck> check_blobs(const fs::path& folder, const blobs::BlobStore& store,
                              const fs::path& sessions,
                              const std::optional<Manifest::ProjectTree>& project,
                              Sequence through) {
  return Checker(folder, store).run(sessions, project, through);
}

}  // namespace coditect::replication
