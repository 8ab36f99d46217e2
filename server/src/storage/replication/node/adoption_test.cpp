#include "storage/replication/node/adoption.h"

#include "storage/replication/restore/replicated_workspace.h"

namespace coditect::replication {
namespace {

const WorkspaceId kId = ReplicatedWorkspace::id();

/// Node n_a had a workspace and is gone; node n_b is to have it.
class AdoptionTest : public testing::Test {
 protected:
  AdoptionTest() {
    replica_.workspace_.say("hello");
    replica_.workspace_.write("a.txt", "one\n");
    EXPECT_TRUE(replica_.sync(SyncReason::kHandOff));
    mark(replica_.owner_.node);
    table_.add(kId, kTestFolder);
    auto adopt = [this](WorkspaceId id, std::string) -> awaitable<Result<void>> {
      EXPECT_FALSE(table_.is_adopting(id)) << "from here on it may be opened";
      ++adopted_;
      co_return Result<void>{};
    };
    auto begin = [this](WorkspaceId id) -> awaitable<LogPlace> {
      EXPECT_TRUE(table_.is_adopting(id)) << "nobody may open it meanwhile";
      EXPECT_NE(owner(), self_);
      ++begun_;
      co_return LogPlace{self_.node, self_.node_epoch, 7};
    };
    adoption_.emplace(Adoption::Parts{*replica_.store_, replica_.disk_, table_, aside_, data(),
                                      self_, std::move(begin)},
                      std::move(adopt));
  }

  fs::path data() const { return replica_.scratch_.path() / "b"; }
  fs::path folder() const { return data() / kTestFolder; }
  fs::path set_aside(int copy) const {
    return data() / "node" / "set-aside" / (kId.str() + "-" + std::to_string(copy));
  }
  /// What node n_b has of the workspace from when it was its own.
  void put_older_copy() const {
    fs::create_directories(folder() / "projects");
    std::ofstream(folder() / "projects" / "a.txt") << "older\n";
    std::ofstream(folder() / "workspace.json") << "{}\n";
  }
  void mark(const NodeId& node) {
    EXPECT_TRUE(replica_.player_.play(
        replica_.store_->put(marker_key(node, kId), kTestFolder, objects::Always{})));
  }
  bool marked(const NodeId& node) {
    return replica_.player_.play(replica_.store_->head(marker_key(node, kId))).ok();
  }
  std::optional<Manifest::Owner> owner() {
    Player player;
    return player.play(replica_.manifests().load())->value.owner;
  }
  void own(Manifest::Owner owner, std::optional<Manifest::Owner> former) {
    EXPECT_TRUE(replica_.player_.play(replica_.manifests().acquire({std::move(owner), 1, former})));
  }
  Adoption::Outcome adopt_all() {
    return replica_.player_.play(adoption_->adopt_all_of(replica_.owner_));
  }

  void expect_left_as_it_is() {
    const Adoption::Outcome outcome = adopt_all();
    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(outcome.adopted, 0u);
    EXPECT_EQ(begun_, 0);
    EXPECT_EQ(*read_file(folder() / "projects" / "a.txt"), "older\n");
  }

  WatchedFaults faults_;
  Replica replica_{&faults_};
  WorkspaceTable table_;
  bool disk_is_short_ = false;
  AsideCopies aside_{data(), [this] { return disk_is_short_; }};
  const Manifest::Owner self_{"n_b", 3};
  std::optional<Adoption> adoption_;
  int adopted_ = 0;
  int begun_ = 0;
};

TEST_F(AdoptionTest, BringsWhatTheFormerOwnerLeft) {
  const Adoption::Outcome outcome = adopt_all();
  EXPECT_FALSE(outcome.failure) << outcome.failure->message;
  EXPECT_EQ(outcome.adopted, 1u);
  EXPECT_EQ(adopted_, 1);
  EXPECT_EQ(owner(), self_);
  EXPECT_EQ(*read_file(folder() / "projects" / "a.txt"), "one\n");
  EXPECT_EQ(log_in(folder() / "sessions"), log_in(replica_.workspace_.root() / "sessions"));
  EXPECT_TRUE(table_.is_acquired(kId));
  EXPECT_TRUE(marked("n_b"));
  EXPECT_FALSE(marked("n_a"));
  // Of the former owner's log nothing is needed any more; this node's goes on where it was told.
  EXPECT_EQ(replica_.manifest().logs, (std::vector<LogPlace>{{"n_b", 3, 7}}));
  EXPECT_FALSE(fs::exists(data() / "node" / "set-aside"));
}

TEST_F(AdoptionTest, AnOlderCopyIsAsideBeforeTheManifestNamesTheNode) {
  put_older_copy();
  fs::create_directories(set_aside(1));
  int claims = 0;
  faults_.decide = [&](objects::StoreCall call, std::string_view key) {
    if (call == objects::StoreCall::kPut && key.ends_with("manifest.json") && ++claims == 1) {
      EXPECT_FALSE(fs::exists(folder()));
      EXPECT_TRUE(fs::exists(set_aside(2)));
    }
    return objects::Fault{};
  };
  EXPECT_EQ(adopt_all().adopted, 1u);
  EXPECT_GT(claims, 0);
  EXPECT_EQ(*read_file(folder() / "projects" / "a.txt"), "one\n");
  EXPECT_EQ(*read_file(set_aside(2) / "projects" / "a.txt"), "older\n");
}

TEST_F(AdoptionTest, WhatIsServedAlreadyIsNotBroughtAgain) {
  put_older_copy();
  table_.on_acquired(kId);
  expect_left_as_it_is();
}

TEST_F(AdoptionTest, WhatAnEarlierProcessBroughtIsNotBroughtAgain) {
  own(self_, replica_.owner_);
  put_older_copy();
  expect_left_as_it_is();
}

TEST_F(AdoptionTest, WhatIsSomebodyElsesIsLeftAloneWithItsCopy) {
  own({"n_c", 1}, replica_.owner_);
  put_older_copy();
  const Adoption::Outcome outcome = adopt_all();
  EXPECT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.adopted, 0u);
  EXPECT_EQ(owner()->node, "n_c");
  EXPECT_EQ(*read_file(folder() / "projects" / "a.txt"), "older\n");
  EXPECT_FALSE(marked("n_b"));
  EXPECT_FALSE(table_.is_adopting(kId));
}

TEST_F(AdoptionTest, WhatCouldNotBeBroughtCanBeTriedAgain) {
  faults_.decide = [](objects::StoreCall call, std::string_view key) {
    objects::Fault fault;
    if (call == objects::StoreCall::kPut && key.ends_with("manifest.json")) {
      fault.kind = objects::Fault::Kind::kRequestLost;
    }
    return fault;
  };
  EXPECT_TRUE(adopt_all().failure);
  EXPECT_FALSE(table_.is_adopting(kId));
  EXPECT_EQ(adopted_, 0);
  EXPECT_TRUE(marked("n_a")) << "the way to it is kept";
  faults_.decide = nullptr;
  EXPECT_EQ(adopt_all().adopted, 1u);
  EXPECT_EQ(owner(), self_);
}

TEST_F(AdoptionTest, WithoutRoomOnTheDiskAWorkspaceIsLeftToOthers) {
  disk_is_short_ = true;
  const Adoption::Outcome outcome = adopt_all();
  ASSERT_TRUE(outcome.failure);
  EXPECT_NE(outcome.failure->message.find("no room"), std::string::npos);
  EXPECT_EQ(owner()->node, "n_a");
  EXPECT_TRUE(marked("n_a")) << "the way to it is kept";
  EXPECT_FALSE(marked("n_b"));
  disk_is_short_ = false;
  EXPECT_EQ(adopt_all().adopted, 1u);
}

TEST_F(AdoptionTest, AnOlderCopyOfWhichNothingIsLostIsKnownAsSuch) {
  fs::create_directories(folder().parent_path());
  fs::copy(replica_.workspace_.root(), folder(), fs::copy_options::recursive);
  EXPECT_EQ(adopt_all().adopted, 1u);
  const std::string list = *read_file(data() / "node" / "set-aside" / (kId.str() + ".json"));
  EXPECT_NE(list.find("\"contained\":true"), std::string::npos) << list;
}

}  // namespace
}  // namespace coditect::replication
