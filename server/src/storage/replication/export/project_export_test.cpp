#include "storage/replication/export/project_export.h"

#include <gtest/gtest.h>

#include "storage/replication/export/index_store.h"
#include "storage/replication/restore/replicated_workspace.h"

namespace coditect::replication {
namespace {

using objects::Fault;
using objects::StoreCall;

const std::string kHash = sha256_hex("x");

class ProjectExportTest : public testing::Test {
 protected:
  void SetUp() override {
    workspace().write("a.txt", "one\n");
    workspace().write("deep/b.txt", "two\n");
    workspace().write("empty.txt", "");
    workspace().put_file(".git/HEAD", "ref: refs/heads/main\n");
  }
  ReplicatedWorkspace& workspace() { return replica_.workspace_; }
  /// Copies the workspace as it is, then exports it.
  Result<ExportReport> run(LostFiles lost = LostFiles::kRefuse) {
    replica_.ship();
    EXPECT_TRUE(replica_.sync(SyncReason::kHandOff));
    return run_again(lost);
  }
  Result<ExportReport> run_again(LostFiles lost = LostFiles::kRefuse) {
    const fs::path scratch = replica_.scratch_.path() / ("export-" + std::to_string(++runs_));
    fs::create_directories(scratch);
    return replica_.player_.play(
        export_project(replica_.parts(), kTestFolder, target_, scratch, lost));
  }
  /// What is below projects/ in the target.
  FileMap exported() {
    FileMap files;
    const std::string prefix = "projects/";
    for (const auto& object : replica_.player_.play(target_.list(prefix, "", 1'000))->objects) {
      const auto got = replica_.player_.play(target_.get(object.key, objects::Range{}, 1u << 24));
      files[object.key.substr(prefix.size())] = got->content;
    }
    return files;
  }
  ExportIndex index() { return replica_.player_.play(IndexStore(target_).load())->value; }
  /// As another export does that began later and ends earlier.
  void write_another_index() {
    objects::MemoryStore store(bucket_);
    Player player;
    IndexStore indexes(store);
    auto now = player.play(indexes.load());
    ASSERT_TRUE(now);
    now->value.changing.clear();
    ++now->value.through_seq;
    ASSERT_TRUE(player.play(indexes.replace(now->value, now->generation)));
  }
  FileMap projects() { return files_in(workspace().root() / "projects"); }

  WatchedFaults faults_;
  std::shared_ptr<objects::MemoryBucket> bucket_ = std::make_shared<objects::MemoryBucket>();
  objects::MemoryStore target_{bucket_, faults_, objects::sleep_on_timer};
  Replica replica_;
  int runs_ = 0;
};

TEST_F(ProjectExportTest, PutsEveryFileUnderItsPath) {
  const auto done = run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(exported(), projects());
  EXPECT_EQ(done->files, 4u);
  EXPECT_EQ(done->put, 4u);
  EXPECT_EQ(done->through_seq, workspace().head());
  EXPECT_EQ(index().files.at("a.txt"), sha256_hex("one\n"));
  EXPECT_TRUE(index().changing.empty());
  EXPECT_TRUE(done->notes.empty());
}

TEST_F(ProjectExportTest, WritesOnlyWhatChanged) {
  ASSERT_TRUE(run());
  faults_.puts.clear();
  const auto same = run_again();
  ASSERT_TRUE(same);
  EXPECT_EQ(same->unchanged, 4u);
  EXPECT_TRUE(faults_.puts.empty()) << faults_.puts.begin()->first;
  workspace().write("a.txt", "changed\n");
  workspace().remove("deep/b.txt");
  workspace().write("new.txt", "new\n");
  // Edits after the last copy of the project come with the log.
  replica_.ship();
  const auto changed = run_again();
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->put, 2u);
  EXPECT_EQ(changed->put_bytes, 12u);
  EXPECT_EQ(changed->removed, 1u);
  EXPECT_EQ(changed->unchanged, 2u);
  EXPECT_EQ(faults_.puts.size(), 3u);
  EXPECT_EQ(faults_.puts.at("export.json"), 2) << "before and after";
  EXPECT_EQ(exported(), projects());
}

TEST_F(ProjectExportTest, TurnsAFileIntoAFolderAndBack) {
  ASSERT_TRUE(run());
  workspace().move("a.txt", "c");
  ASSERT_TRUE(run());
  workspace().remove("c");
  workspace().write("c/d.txt", "below\n");
  ASSERT_TRUE(run());
  EXPECT_TRUE(exported().contains("c/d.txt"));
  EXPECT_FALSE(exported().contains("c"));
}

TEST_F(ProjectExportTest, SaysWhatItLeavesOut) {
  const fs::path projects = workspace().root() / "projects";
  workspace().put_file(std::string(245, 'n'), "name too long for a key");
  workspace().put_file("bad\nname", "control");
  workspace().put_file("run.sh", "#!/bin/sh\n");
  fs::permissions(projects / "run.sh", fs::perms::owner_all);
  fs::create_symlink("a.txt", projects / "link");
  fs::create_directory(projects / "nothing");
  fs::create_directories(projects / ".git/refs/tags");
  const auto done = run();
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(done->refused.size(), 2u);
  EXPECT_EQ(done->refused[0].path, "bad\nname");
  EXPECT_NE(done->refused[0].why.find("control character"), std::string::npos);
  EXPECT_EQ(done->refused[1].path, std::string(245, 'n'));
  EXPECT_EQ(done->links, std::vector<std::string>{"link"});
  EXPECT_EQ(done->executables, 1u);
  EXPECT_EQ(done->notes.size(), 3u);
  const FileMap files = exported();
  EXPECT_EQ(files.size(), 6u);
  EXPECT_EQ(files.at(".git/refs/tags/.empty"), "") << "git needs the folder";
  EXPECT_EQ(run_again()->put, 0u);
}

TEST_F(ProjectExportTest, DoesAgainWhatWasCutShort) {
  ASSERT_TRUE(run());
  workspace().write("a.txt", "changed\n");
  workspace().remove("empty.txt");
  bool reached = false;
  faults_.decide = [&](StoreCall call, std::string_view key) {
    // The file arrives; whoever put it does not learn of it and ends.
    reached = reached || (call == StoreCall::kPut && key == "projects/a.txt");
    return reached ? Fault{Fault::Kind::kAnswerLost} : Fault{};
  };
  ASSERT_FALSE(run());
  faults_.decide = nullptr;
  EXPECT_EQ(index().changing, (std::set<std::string>{"a.txt", "empty.txt"}));
  // Back to what the index still says: only `changing` tells that the object is another one.
  workspace().write("a.txt", "one\n");
  const auto done = run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->put, 1u);
  EXPECT_EQ(exported(), projects());
  EXPECT_TRUE(index().changing.empty());
}

TEST_F(ProjectExportTest, NoticesAnotherExportAtTheSameTime) {
  ASSERT_TRUE(run());
  workspace().write("a.txt", "changed\n");
  bool once = true;
  faults_.decide = [&](StoreCall call, std::string_view key) {
    if (call == StoreCall::kPut && key == "projects/a.txt" && once) {
      once = false;
      write_another_index();
    }
    return Fault{};
  };
  const auto second = run();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
  EXPECT_TRUE(index().changing.contains("a.txt")) << "is written again by the next one";
  ASSERT_TRUE(run());
  EXPECT_EQ(exported(), projects());
}

TEST_F(ProjectExportTest, KeepsOffAnotherWorkspacesFiles) {
  ExportIndex other;
  other.workspace = WorkspaceId("w_2");
  other.files["a.txt"] = kHash;
  ASSERT_TRUE(replica_.player_.play(IndexStore(target_).replace(other, "")));
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kConflict);
  EXPECT_NE(done.error().message.find("w_2"), std::string::npos);
  EXPECT_TRUE(exported().empty());
}

TEST_F(ProjectExportTest, TouchesNothingWhenTheCopyIsDamaged) {
  workspace().write("big.bin", std::string("\0\xff", 2) + std::string(10'000, 'x'));
  // As a whole: what came with the log's bundles need not be an object of its own.
  ASSERT_TRUE(replica_.sync(SyncReason::kSleep));
  const std::string hash = sha256_hex(workspace().files().at("big.bin"));
  replica_.bucket_->remove(blob_key(kTestFolder, hash + ".zst"));
  const auto refused = run_again();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("big.bin"), std::string::npos);
  EXPECT_TRUE(faults_.puts.empty());
  const auto done = run_again(LostFiles::kLeaveOut);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->notes.size(), 1u);
  EXPECT_FALSE(exported().contains("big.bin"));
}

TEST_F(ProjectExportTest, RefusesADamagedIndex) {
  ASSERT_TRUE(replica_.player_.play(target_.put("export.json", "{}\n", objects::Always{})));
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kInternal);
  EXPECT_NE(done.error().hint, "");
}

TEST(ExportIndex, IsReadBackAsItWasWritten) {
  ExportIndex index;
  index.workspace = WorkspaceId("w_1");
  index.through_seq = 7;
  index.files = {{"a", kHash}, {"ä/b \"c\"", kHash}};
  index.changing = {"d"};
  const auto read = parse_export_index(to_text(index));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, index);
  const std::string text = to_text(index);
  const std::pair<std::string, std::string> changes[] = {
      {"\"version\":1", "\"version\":2"}, {"\"a\"", "\"../a\""}, {"\"a\"", "\"/a\""},
      {kHash, kHash.substr(1)},           {"[\"d\"]", "[7]"},    {"[\"d\"]", "[\"d\",\"d\"]"},
      {"\"through_seq\":7", "\"more\":7"}};
  for (const auto& [from, to] : changes) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_EQ(parse_export_index(changed).error().code, Errc::kInternal) << changed;
  }
  for (const char* bad : {"", "[]", "{}", "{"}) EXPECT_FALSE(parse_export_index(bad)) << bad;
}

TEST(ExportPlan, PutsAndRemovesWhatDiffers) {
  const std::string other = sha256_hex("y");
  ExportIndex now;
  now.files = {{"gone", kHash}, {"half", kHash}, {"other", kHash}, {"same", kHash}};
  now.changing = {"half", "never"};
  const ExportPlan plan =
      plan_export(now, {{"half", kHash}, {"new", kHash}, {"other", other}, {"same", kHash}});
  EXPECT_EQ(plan.put, (std::vector<std::string>{"half", "new", "other"}));
  EXPECT_EQ(plan.remove, (std::vector<std::string>{"gone", "never"}));
  EXPECT_EQ(plan.unchanged, 1u);
}

}  // namespace
}  // namespace coditect::replication
