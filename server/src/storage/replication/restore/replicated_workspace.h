#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/image_ref.h"
#include "base/posix_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "storage/archive/archive.h"
#include "storage/archive/archive_reader.h"
#include "storage/blobs/snapshot.h"
#include "storage/files/file_change.h"
#include "storage/replication/replication_test_support.h"
#include "storage/replication/restore/restore.h"
#include "storage/replication/sync/workspace_sync.h"

namespace coditect::replication {

namespace fs = std::filesystem;

using FileMap = std::map<std::string, std::string>;

/// All regular files below a folder, by path.
inline FileMap files_in(const fs::path& root) {
  FileMap files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    files[fs::relative(entry.path(), root).string()] = *read_file(entry.path());
  }
  return files;
}

/// Every line of an archive, each with its newline.
inline std::string log_in(const fs::path& sessions) {
  std::string lines;
  const auto read = archive::ArchiveReader(sessions).read(
      1, [&](std::string_view line, Sequence) -> Result<bool> {
        lines += line;
        lines += '\n';
        return true;
      });
  EXPECT_TRUE(read) << read.error().message;
  return lines;
}

/// One workspace on its node's disk, written as the workspace layer writes it, and the node's log.
/// Knows what its files were after each event.
class ReplicatedWorkspace {
 public:
  explicit ReplicatedWorkspace(const fs::path& data) : root_(data / kTestFolder) {
    fs::create_directories(root_ / "projects");
    archive_.emplace(*archive::Archive::open(root_ / "sessions"));
    blobs_ = *blobs::BlobStore::open(root_ / "sessions" / "blobs");
    history_.emplace_back();
  }

  const fs::path& root() const { return root_; }
  Sequence head() const { return archive_->head().seq; }
  const std::string& head_hash() const { return archive_->head().hash; }
  blobs::BlobStore& blobs() { return *blobs_; }
  /// The project's files after an event; ignored ones and repositories are not among them.
  const FileMap& files_after(Sequence seq) const { return history_[seq]; }
  const FileMap& files() const { return history_.back(); }

  /// When edits reach the project's folder.
  enum class Publish { kNow, kLater };

  void say(const std::string& text) {
    append("agent_message", {{"id", "m_1"}, {"text", text}}, files());
  }
  /// Says it with a picture; the hash of that.
  std::string show(const std::string& text, const std::string& picture) {
    const std::string hash = *blobs_->put(picture);
    const std::vector<ImageRef> images{
        {hash, "image/png", static_cast<std::int64_t>(picture.size()), 1, 1}};
    append("agent_message", {{"id", "m_2"}, {"text", text}, {"images", to_json(images)}}, files());
    return hash;
  }
  void write(const std::string& path, const std::string& after, Publish publish = Publish::kNow) {
    FileMap next = files();
    const auto before = next.find(path);
    const bool there = before != next.end();
    json::object data{{"op", there ? "write" : "create"},
                      {"path", path},
                      {"hash", sha256_hex(after)},
                      {"size", after.size()}};
    if (there) data["before"] = sha256_hex(before->second);
    if (!files::is_text(after) || after.size() > 2'000) {
      data["blob"] = *blobs_->put(after);
    } else if (there && files::is_text(before->second)) {
      const files::Splice splice = files::splice_between(before->second, after);
      data["splice"] = {{"at", splice.at}, {"remove", splice.remove}, {"insert", splice.insert}};
    } else {
      data["text"] = after;
    }
    if (!there) data["mode"] = 0644;
    next[path] = after;
    append("file_edit", std::move(data), std::move(next));
    if (publish == Publish::kNow) publish_files();
  }
  void move(const std::string& from, const std::string& to) {
    FileMap next = files();
    std::string content = next.at(from);
    next.erase(from);
    const std::string hash = sha256_hex(content);
    next[to] = std::move(content);
    append("file_edit",
           {{"op", "move"}, {"path", to}, {"from", from}, {"hash", hash}, {"before", hash}},
           std::move(next));
    publish_files();
  }
  void remove(const std::string& path) {
    FileMap next = files();
    const std::string kept = *blobs_->put(next.at(path));
    next.erase(path);
    append("file_edit",
           {{"op", "remove"}, {"path", path}, {"hash", ""}, {"before", kept}, {"size", 0}},
           std::move(next));
    publish_files();
  }
  void checkpoint() {
    const auto taken = blobs::snapshot_tree(root_ / "projects", *blobs_, is_left_out_of_project);
    ASSERT_TRUE(taken);
    append("checkpoint", {{"id", "c_1"}, {"label", "x"}, {"tree", taken->tree.hash}}, files());
  }
  /// Makes the folder what the log says, leaving what is ignored alone.
  void publish_files() {
    const fs::path projects = root_ / "projects";
    for (const auto& [path, content] : files_in(projects)) {
      if (path.starts_with(".git/") || path.starts_with("node_modules/")) continue;
      if (!files().contains(path)) fs::remove(projects / path);
    }
    for (const auto& [path, content] : files()) put_file(path, content);
  }
  void put_file(const std::string& path, const std::string& content) const {
    const fs::path file = root_ / "projects" / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
  }

  /// A bundle with the events after the last one, up to `through`, and the blobs that are new.
  void ship(MemoryTail& tail, const LogPlace& log, Sequence through) {
    MemoryTail::Bundle bundle;
    for (const auto& entry : fs::directory_iterator(root_ / "sessions" / "blobs")) {
      const std::string name = entry.path().filename().string();
      if (!shipped_blobs_.insert(name).second) continue;
      bundle.push_back({{EntryKind::kBlob, id(), name}, *read_file(entry.path())});
    }
    if (through > shipped_) bundle.push_back(events(shipped_ + 1, through));
    shipped_ = std::max(shipped_, through);
    tail.logs[{log.node, log.epoch}].push_back(std::move(bundle));
  }
  /// An entry with these events.
  std::pair<Entry, std::string> events(Sequence first, Sequence last) const {
    std::string lines;
    const auto read = archive::ArchiveReader(root_ / "sessions")
                          .read(first, [&](std::string_view line, Sequence seq) -> Result<bool> {
                            if (seq > last) return false;
                            lines += line;
                            lines += '\n';
                            return true;
                          });
    EXPECT_TRUE(read);
    Entry entry;
    entry.workspace = id();
    entry.first = first;
    entry.last = last;
    return {entry, lines};
  }
  Sequence shipped() const { return shipped_; }
  static WorkspaceId id() { return WorkspaceId("w_1"); }

 private:
  void append(const std::string& type, json::object data, FileMap next) {
    Event event;
    event.seq = head() + 1;
    event.type = type;
    event.actor = "user:ada";
    event.data = std::move(data);
    event.prev = head_hash();
    const std::vector<std::string> lines{to_line(event)};
    ASSERT_TRUE(archive_->append(lines));
    history_.push_back(std::move(next));
  }

  const fs::path root_;
  std::optional<archive::Archive> archive_;
  std::unique_ptr<blobs::BlobStore> blobs_;
  std::vector<FileMap> history_;  // by event
  Sequence shipped_ = 0;
  std::set<std::string> shipped_blobs_;
};

/// A workspace that its node copies to a store, and what comes back from there.
class Replica {
 public:
  explicit Replica(WatchedFaults* faults = nullptr) {
    if (faults != nullptr) {
      store_ = std::make_unique<objects::MemoryStore>(bucket_, *faults, objects::sleep_on_timer);
    } else {
      store_ = std::make_unique<objects::MemoryStore>(bucket_);
    }
    Manifest manifest;
    manifest.workspace = ReplicatedWorkspace::id();
    manifest.epoch = 1;
    manifest.meta = {{"id", "w_1"}, {"name", "demo"}};
    EXPECT_TRUE(player_.play(manifests().create(manifest)));
    EXPECT_TRUE(player_.play(manifests().acquire({owner_, 1, std::nullopt})));
    sync_ = std::make_unique<WorkspaceSync>(
        WorkspaceSync::Parts{*store_, disk_, workspace_.blobs()}, kTestFolder, workspace_.root());
  }

  ManifestStore manifests() { return {*store_, kTestFolder}; }
  Manifest manifest() { return player_.play(manifests().load())->value; }
  LogPlace next_bundle() {
    return {owner_.node, owner_.node_epoch,
            tail_.logs[{owner_.node, owner_.node_epoch}].size() + 1};
  }
  void ship() { ship(workspace_.head()); }
  void ship(Sequence through) { workspace_.ship(tail_, next_bundle(), through); }

  /// As of now: every event up to the head is archived.
  SyncPoint point() {
    SyncPoint point;
    point.owner = owner_;
    point.log = next_bundle();
    point.archived = workspace_.head();
    point.meta = {{"id", "w_1"}, {"name", "demo"}};
    return point;
  }
  Result<WorkspaceSync::Report> sync(SyncReason reason) { return sync(reason, point()); }
  Result<WorkspaceSync::Report> sync(SyncReason reason, SyncPoint at) {
    return player_.play(sync_->sync(reason, std::move(at), OnProgress()));
  }
  RestoreParts parts() { return {*store_, disk_, tail_}; }
  Result<RestoreReport> restore(const fs::path& data, RestoreOptions options = {}) {
    return player_.play(restore_workspace(parts(), kTestFolder, data, std::move(options)));
  }

  ScratchFolder scratch_;
  Player player_;
  BlockingPool disk_{2};
  std::shared_ptr<objects::MemoryBucket> bucket_ = std::make_shared<objects::MemoryBucket>();
  std::unique_ptr<objects::MemoryStore> store_;
  MemoryTail tail_;
  Manifest::Owner owner_{"n_a", 1};
  ReplicatedWorkspace workspace_{scratch_.path() / "a"};
  std::unique_ptr<WorkspaceSync> sync_;
};

}  // namespace coditect::replication
