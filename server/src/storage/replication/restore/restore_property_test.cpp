#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/replication/restore/check_workspace.h"
#include "storage/replication/restore/replicated_workspace.h"

namespace coditect::replication {
namespace {

/// Does something random to a workspace, as people and agents do.
class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {}

  void step(Replica& replica) {
    ReplicatedWorkspace& workspace = replica.workspace_;
    switch (random_.below(14)) {
      case 0: workspace.say(text(300)); break;
      case 1: remove(workspace); break;
      case 2: move(workspace); break;
      case 3: workspace.checkpoint(); break;
      case 4:
      case 5:
        replica.ship(workspace.shipped() +
                     random_.below(workspace.head() - workspace.shipped() + 1));
        break;
      case 6: sync(replica, SyncReason::kPeriodic); break;
      case 7: sync(replica, SyncReason::kProject); break;
      case 8: sync(replica, SyncReason::kSleep); break;
      case 9: workspace.put_file(".git/HEAD", text(50)); break;
      case 10: workspace.put_file("node_modules/x/index.js", text(50)); break;
      default: write(workspace, ReplicatedWorkspace::Publish::kNow); break;
    }
  }
  Random& random() { return random_; }

 private:
  std::string text(std::uint64_t bytes_max) {
    std::string bytes;
    for (std::uint64_t i = random_.below(bytes_max + 1); i > 0; --i) {
      bytes += "abc\n\xc3\xa4"[random_.below(4)];
    }
    return bytes;
  }
  std::string path() {
    static const char* const kPaths[] = {"a.txt", "b.txt", "src/a.cpp", "src/deep/er.h", "x y/z"};
    return kPaths[random_.below(5)];
  }
  std::string content(const std::string& before) {
    switch (random_.below(6)) {
      case 0: return std::string("\0\xff", 2) + text(20);  // no text
      case 1: return text(5'000);
      case 2: return "";
      case 3: return before;
      default: return before.substr(0, random_.below(before.size() + 1)) + text(20);
    }
  }
  void write(ReplicatedWorkspace& workspace, ReplicatedWorkspace::Publish publish) {
    const std::string where = path();
    const auto before = workspace.files().find(where);
    const bool there = before != workspace.files().end();
    const std::string after = content(there ? before->second : "");
    // The file service logs a change only where there is one.
    if (!there || before->second != after) workspace.write(where, after, publish);
  }
  void remove(ReplicatedWorkspace& workspace) {
    const std::string where = path();
    if (workspace.files().contains(where)) workspace.remove(where);
  }
  void move(ReplicatedWorkspace& workspace) {
    const std::string from = path();
    const std::string to = path();
    if (workspace.files().contains(from) && !workspace.files().contains(to)) {
      workspace.move(from, to);
    }
  }
  /// Some edits are logged and not yet in the folder as it is copied, and some come in between.
  void sync(Replica& replica, SyncReason reason) {
    const std::uint64_t unpublished = random_.below(3);
    for (std::uint64_t i = 0; i < unpublished; ++i) {
      write(replica.workspace_, ReplicatedWorkspace::Publish::kLater);
    }
    SyncPoint point = replica.point();
    if (unpublished == 0 && random_.below(2) == 0) {
      write(replica.workspace_, ReplicatedWorkspace::Publish::kNow);
    }
    const auto synced = replica.sync(reason, std::move(point));
    RC_ASSERT(synced.ok());
    replica.workspace_.publish_files();
    // What the copy holds beyond the log's end would stay as it is: it is not lost with its event.
    if (synced->project_taken) replica.ship();
  }

  SeededRandom random_;
};

/// The restored folder without what the log does not know.
FileMap project_in(const fs::path& root) {
  FileMap files = files_in(root / "projects");
  std::erase_if(files, [](const auto& file) { return file.first.starts_with(".git/"); });
  return files;
}

RC_GTEST_PROP(Restore, BringsBackEverythingThatWasShipped, (std::uint64_t seed)) {
  Life life(seed);
  Replica replica;
  replica.workspace_.say("the first event");
  for (std::uint64_t steps = life.random().below(80); steps > 0; --steps) life.step(replica);
  const bool lossless = life.random().below(2) == 0;
  if (lossless) replica.ship();
  // The node and its disk are gone. What is left is what was shipped or copied.
  const Sequence expected = std::max(replica.workspace_.shipped(), replica.manifest().archived());
  const fs::path data = replica.scratch_.path() / "b";
  const auto restored = replica.restore(data);
  if (expected == 0) {
    RC_ASSERT(!restored.ok());
    return;
  }
  if (!restored.ok()) RC_FAIL(restored.error().message);
  RC_ASSERT(restored->through_seq == expected);
  RC_ASSERT(!lossless || restored->head_hash == replica.workspace_.head_hash());
  const std::string whole = log_in(replica.workspace_.root() / "sessions");
  const std::string log = log_in(restored->root / "sessions");
  RC_ASSERT(whole.starts_with(log));
  RC_ASSERT(!lossless || whole == log);
  RC_ASSERT(project_in(restored->root) == replica.workspace_.files_after(expected));
  RC_ASSERT(!fs::exists(restored->root / "projects" / "node_modules"));
  if (const auto project = replica.manifest().project) {
    RC_ASSERT(blobs::read_tree(project->tree,
                               **blobs::BlobStore::open(restored->root / "sessions" / "blobs"))
                  .ok());
  }
  // It is a workspace again: its log goes on.
  auto archive = archive::Archive::open(restored->root / "sessions");
  RC_ASSERT((archive.ok() && archive->head().hash == restored->head_hash));
}

RC_GTEST_PROP(Restore, GoesBackToAnyEvent, (std::uint64_t seed)) {
  Life life(seed);
  Replica replica;
  replica.workspace_.say("the first event");
  for (int i = 0; i < 60; ++i) life.step(replica);
  replica.ship();
  const Sequence through = 1 + life.random().below(replica.workspace_.head());
  RestoreOptions options;
  options.through_seq = through;
  options.fork = ForkTarget{WorkspaceId("w_2"), "organizations/o/w_2"};
  const auto restored = replica.restore(replica.scratch_.path() / "b", options);
  if (!restored.ok()) RC_FAIL(restored.error().message);
  RC_ASSERT(restored->through_seq == through);
  RC_ASSERT(project_in(restored->root) == replica.workspace_.files_after(through));
  RC_ASSERT(restored->databases_restored.empty());
  const auto meta = parse_json_object(*read_file(restored->root / "workspace.json"));
  RC_ASSERT(*find_string(*meta, "id") == "w_2");
}

RC_GTEST_PROP(Restore, NamesWhatWasLost, (std::uint64_t seed)) {
  Life life(seed);
  Replica replica;
  replica.workspace_.say("the first event");
  for (int i = 0; i < 60; ++i) life.step(replica);
  replica.ship();
  RC_ASSERT(replica.sync(SyncReason::kSleep).ok());
  std::vector<std::string> keys = replica.bucket_->keys();
  // A segment that was merged since is nobody's loss.
  std::erase_if(keys, [&](const std::string& key) {
    const Manifest manifest = replica.manifest();
    for (const auto& segment : manifest.segments) {
      if (key == segment_key(kTestFolder, segment.first, segment.last, segment.epoch)) return false;
    }
    return !key.starts_with(blob_prefix(kTestFolder));
  });
  const std::string victim = keys[life.random().below(keys.size())];
  if (life.random().below(2) == 0) {
    replica.bucket_->remove(victim);
  } else {
    RC_ASSERT(replica.bucket_->damage(victim));
  }
  const fs::path scratch = replica.scratch_.path() / "drill";
  fs::create_directories(scratch);
  const auto check = replica.player_.play(check_workspace(replica.parts(), kTestFolder, scratch));
  if (!check.ok()) RC_FAIL(check.error().message);
  const fs::path data = replica.scratch_.path() / "b";
  const auto restored = replica.restore(data);
  if (!check->sound()) {
    RC_ASSERT(!check->problems[0].what.empty());
    RC_ASSERT(!check->problems[0].hint.empty());
  } else {
    // A blob that no event and no tree names is no loss either.
    RC_ASSERT(restored.ok());
  }
  // Whatever is lost, what is installed is right, and otherwise nothing is.
  if (restored.ok()) {
    RC_ASSERT(project_in(restored->root) == replica.workspace_.files());
  } else {
    RC_ASSERT(!restored.error().message.empty());
    RC_ASSERT(!fs::exists(data / kTestFolder));
    RC_ASSERT((!fs::exists(data / "node" / "restore") || fs::is_empty(data / "node" / "restore")));
  }
}

}  // namespace
}  // namespace coditect::replication
