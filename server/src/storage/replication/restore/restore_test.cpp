#include "storage/replication/restore/restore.h"

#include <gtest/gtest.h>

#include "storage/replication/restore/check_workspace.h"
#include "storage/replication/restore/replicated_workspace.h"
#include "storage/replication/retention/retention.h"

namespace coditect::replication {
namespace {

using objects::Fault;
using objects::StoreCall;

class RestoreTest : public testing::Test {
 protected:
  void SetUp() override {
    workspace().say("hello");
    workspace().checkpoint();
    workspace().write("a.txt", "one\n");
    workspace().write("a.txt", "one\ntwo\n");
    workspace().write("big.bin", std::string("\0\xff", 2) + std::string(10'000, 'x'));
    workspace().put_file(".git/HEAD", "ref: refs/heads/main\n");
  }
  ReplicatedWorkspace& workspace() { return replica_.workspace_; }
  fs::path data() const { return replica_.scratch_.path() / "b"; }
  Result<StoreCheck> check() {
    const fs::path scratch = replica_.scratch_.path() / "drill";
    fs::create_directories(scratch);
    return replica_.player_.play(check_workspace(replica_.parts(), kTestFolder, scratch));
  }
  void expect_nothing_installed() const {
    EXPECT_FALSE(fs::exists(data() / kTestFolder));
    EXPECT_TRUE(!fs::exists(data() / "node" / "restore") ||
                fs::is_empty(data() / "node" / "restore"));
  }

  WatchedFaults faults_;
  Replica replica_{&faults_};
};

TEST_F(RestoreTest, BringsBackLogBlobsFilesAndRepository) {
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kHandOff));
  const auto restored = replica_.restore(data());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->events, 5u);
  EXPECT_EQ(restored->files, 3u);
  EXPECT_TRUE(restored->notes.empty()) << restored->notes[0];
  EXPECT_EQ(restored->databases_rebuilt.size(), 6u);
  EXPECT_EQ(files_in(restored->root / "projects"), files_in(workspace().root() / "projects"));
  EXPECT_EQ(files_in(restored->root / "sessions"), files_in(workspace().root() / "sessions"));
  EXPECT_EQ(*read_file(restored->root / "workspace.json"), "{\"id\":\"w_1\",\"name\":\"demo\"}\n");
  EXPECT_EQ(replica_.restore(data()).error().code, Errc::kConflict) << "it is there already";
}

TEST_F(RestoreTest, NeedsNoCopyBesideTheNodesLog) {
  replica_.ship();
  const auto restored = replica_.restore(data());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(log_in(restored->root / "sessions"), log_in(workspace().root() / "sessions"));
  FileMap files = files_in(workspace().root() / "projects");
  files.erase(".git/HEAD");
  EXPECT_EQ(files_in(restored->root / "projects"), files);
}

TEST_F(RestoreTest, FindsNothingWhereNothingIs) {
  EXPECT_EQ(replica_.player_
                .play(restore_workspace(replica_.parts(), "elsewhere", data(), RestoreOptions()))
                .error()
                .code,
            Errc::kNotFound);
  EXPECT_EQ(replica_.restore(data()).error().code, Errc::kInternal) << "no event was shipped";
  replica_.ship();
  RestoreOptions options;
  options.through_seq = 6;
  EXPECT_EQ(replica_.restore(data(), options).error().code, Errc::kNotFound);
  expect_nothing_installed();
}

TEST_F(RestoreTest, TakesTheSameEventTwiceButNotTwoForOneNumber) {
  replica_.ship();
  auto& log = replica_.tail_.logs[{"n_a", 1}];
  log.push_back({workspace().events(2, 5)});
  ASSERT_TRUE(replica_.restore(data()));
  auto changed = workspace().events(2, 5);
  changed.second[changed.second.find("user:ada")] = 'U';
  log.push_back({changed});
  const auto restored = replica_.restore(replica_.scratch_.path() / "c");
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("two different lines"), std::string::npos)
      << restored.error().message;
}

TEST_F(RestoreTest, NamesAGap) {
  auto& log = replica_.tail_.logs[{"n_a", 1}];
  log.push_back({workspace().events(1, 2)});
  log.push_back({workspace().events(4, 5)});
  const auto restored = replica_.restore(data());
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("events 3 to 3 are missing"), std::string::npos)
      << restored.error().message;
  expect_nothing_installed();
}

TEST_F(RestoreTest, NamesABrokenChain) {
  auto& log = replica_.tail_.logs[{"n_a", 1}];
  auto changed = workspace().events(1, 5);
  changed.second[changed.second.find("hello")] = 'j';
  log.push_back({changed});
  const auto restored = replica_.restore(data());
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("event 2"), std::string::npos)
      << restored.error().message;
  expect_nothing_installed();
}

TEST_F(RestoreTest, NamesALostSegment) {
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const Manifest manifest = replica_.manifest();
  ASSERT_EQ(manifest.segments.size(), 1u);
  const std::string key = segment_key(kTestFolder, 1, 5, manifest.epoch);
  replica_.bucket_->remove(key);
  const auto restored = replica_.restore(data());
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("events 1 to 5 are lost"), std::string::npos);
  expect_nothing_installed();
  const auto found = check();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->sound());
}

TEST_F(RestoreTest, NamesALostContentAndLeavesItOutWhenTold) {
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const std::string hash = sha256_hex(workspace().files().at("big.bin"));
  replica_.bucket_->remove(blob_key(kTestFolder, hash + ".zst"));
  const auto refused = replica_.restore(data());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("big.bin"), std::string::npos) << refused.error().message;
  expect_nothing_installed();
  RestoreOptions options;
  options.lost = LostFiles::kLeaveOut;
  const auto restored = replica_.restore(data(), options);
  ASSERT_TRUE(restored) << restored.error().message;
  ASSERT_EQ(restored->notes.size(), 1u);
  EXPECT_NE(restored->notes[0].find("big.bin"), std::string::npos);
  EXPECT_FALSE(fs::exists(restored->root / "projects" / "big.bin"));
  EXPECT_TRUE(fs::exists(restored->root / "projects" / "a.txt"));
  const auto found = check();
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->sound());
  EXPECT_NE(found->problems[0].what.find(hash), std::string::npos);
}

TEST_F(RestoreTest, ADrillFindsALostPicture) {
  const std::string hash = workspace().show("look", "a picture");
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  ASSERT_TRUE(check()->sound());
  replica_.bucket_->remove(blob_key(kTestFolder, hash + ".zst"));
  const auto found = check();
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->sound());
  EXPECT_NE(found->problems[0].what.find(hash), std::string::npos) << found->problems[0].what;
}

TEST_F(RestoreTest, ADrillFindsASoundWorkspaceSoundAndLeavesNothing) {
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const auto keys = replica_.bucket_->keys();
  const auto found = check();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->sound()) << found->problems[0].what;
  EXPECT_EQ(found->events, 5u);
  EXPECT_EQ(found->head_hash, workspace().head_hash());
  EXPECT_TRUE(fs::is_empty(replica_.scratch_.path() / "drill"));
  EXPECT_EQ(replica_.bucket_->keys(), keys);
}

TEST_F(RestoreTest, IgnoresStrangersInTheBucket) {
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  for (const std::string& key :
       {blob_key(kTestFolder, "readme.txt"), blob_key(kTestFolder, "deep/readme.txt"),
        segment_key(kTestFolder, 1, 3, 9)}) {
    ASSERT_TRUE(replica_.player_.play(replica_.store_->put(key, "x", objects::Always{})));
  }
  ASSERT_TRUE(replica_.restore(data()));
  EXPECT_FALSE(fs::exists(data() / kTestFolder / "sessions" / "blobs" / "readme.txt"));
}

TEST_F(RestoreTest, LeavesNothingHalfWhenTheStoreFails) {
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  // Fails at each call in turn, until a restore needs fewer calls.
  for (int call = 0;; ++call) {
    ASSERT_LT(call, 100);
    faults_.decide = [left = call](StoreCall, std::string_view) mutable {
      Fault fault;
      if (left-- == 0) fault.kind = Fault::Kind::kRequestLost;
      return fault;
    };
    const auto restored = replica_.restore(data());
    if (restored) break;
    EXPECT_EQ(restored.error().code, Errc::kUnavailable) << restored.error().message;
    expect_nothing_installed();
  }
}

TEST_F(RestoreTest, GoesOnAfterASyncThatFailedAnywhere) {
  replica_.ship();
  for (int call = 0;; ++call) {
    ASSERT_LT(call, 100);
    faults_.decide = [left = call](StoreCall, std::string_view) mutable {
      Fault fault;
      if (left-- == 0) fault.kind = Fault::Kind::kAnswerLost;
      return fault;
    };
    const auto synced = replica_.sync(SyncReason::kSleep);
    faults_.decide = nullptr;
    const auto found = check();
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->sound()) << found->problems[0].what;
    EXPECT_EQ(found->events, 5u);
    if (synced && call > 10) break;
  }
}

TEST_F(RestoreTest, UnchangedContentIsUploadedOnce) {
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const auto before = faults_.puts;
  workspace().say("more");
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  for (const auto& [key, count] : faults_.puts) {
    if (!key.starts_with(blob_prefix(kTestFolder))) continue;
    EXPECT_EQ(count, 1) << key;
    EXPECT_TRUE(before.contains(key)) << "the project is the same: " << key;
  }
}

TEST_F(RestoreTest, AFormerOwnerChangesNothing) {
  replica_.ship();
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const SyncPoint old_point = replica_.point();
  ASSERT_TRUE(replica_.player_.play(
      replica_.manifests().acquire({{"n_b", 1}, 1, Manifest::Owner{"n_a", 1}})));
  const Manifest manifest = replica_.manifest();
  workspace().say("a zombie");
  const auto synced = replica_.sync(SyncReason::kSleep, old_point);
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().code, Errc::kConflict);
  EXPECT_EQ(replica_.manifest(), manifest);
  WorkspaceRetention retention(*replica_.store_, kTestFolder);
  EXPECT_EQ(replica_.player_.play(retention.sweep({"n_a", 1}, SteadyTime{})).error().code,
            Errc::kConflict);
}

TEST_F(RestoreTest, SweepingLeavesWhatARestoreNeeds) {
  WorkspaceRetention retention(*replica_.store_, kTestFolder);
  SteadyTime now{};
  for (int i = 0; i < 30; ++i) {
    workspace().say("event " + std::to_string(i));
    ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
    now += std::chrono::minutes(10);
    const auto swept = replica_.player_.play(retention.sweep(replica_.owner_, now));
    ASSERT_TRUE(swept) << swept.error().message;
  }
  std::size_t segments = 0;
  for (const std::string& key : replica_.bucket_->keys()) segments += key.ends_with(".jsonl.zst");
  EXPECT_LE(segments, replica_.manifest().segments.size() + 7) << "an hour's worth of others";
  EXPECT_EQ(replica_.restore(data())->events, workspace().head());
}

TEST_F(RestoreTest, TheNodesLogIsTrimmedToWhatIsNeeded) {
  for (int i = 0; i < 5; ++i) {
    workspace().say("event " + std::to_string(i));
    replica_.ship();
  }
  ASSERT_TRUE(replica_.sync(SyncReason::kPeriodic));
  EXPECT_EQ(replica_.manifest().logs, (std::vector<LogPlace>{{"n_a", 1, 1}})) << "too few to copy";
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  EXPECT_EQ(replica_.manifest().logs, (std::vector<LogPlace>{{"n_a", 1, 6}}));
  EXPECT_EQ(replica_.restore(data())->events, workspace().head());
}

TEST_F(RestoreTest, NodeRetentionKeepsWhatAnyWorkspaceNeeds) {
  const auto put = [&](const std::string& key, const std::string& content) {
    ASSERT_TRUE(replica_.player_.play(replica_.store_->put(key, content, objects::Always{})));
  };
  for (std::uint64_t i = 1; i <= 6; ++i) put(bundle_key({"n_a", 1, i}), "x");
  put(marker_key("n_b", ReplicatedWorkspace::id()), kTestFolder);
  SyncPoint point = replica_.point();
  point.log.bundle = 4;
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep, point));
  NodeRetention retention(*replica_.store_, "n_a");
  const auto sweep = [&](int minutes) {
    return replica_.player_.play(
        retention.sweep({"n_a", "n_b"}, 1, SteadyTime{} + std::chrono::minutes(minutes)));
  };
  EXPECT_EQ(sweep(0)->garbage, 3u);
  EXPECT_EQ(sweep(59)->removed, 0u);
  EXPECT_EQ(sweep(60)->removed, 3u);
  EXPECT_EQ(sweep(120)->garbage, 0u);
  put(marker_key("n_b", WorkspaceId("w_9")), "damaged");
  put(manifest_key("damaged"), "{}");
  EXPECT_EQ(sweep(180).error().code, Errc::kInternal) << "nobody knows what that one needs";
}

}  // namespace
}  // namespace coditect::replication
