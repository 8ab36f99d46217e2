#include "tools/sandbox/cgroup.h"

#include <gtest/gtest.h>

#include <fstream>

namespace coditect::tools {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shown(const std::vector<CgroupFolder>& folders) {
  std::vector<std::string> list;
  for (const CgroupFolder& folder : folders) {
    const char* kind = folder.kind == CgroupKind::kUnified    ? "v2 "
                       : folder.kind == CgroupKind::kMemoryV1 ? "memory "
                       : folder.kind == CgroupKind::kPidsV1   ? "pids "
                                                              : "cpu ";
    list.push_back(kind + folder.path.string());
  }
  return list;
}

TEST(CgroupCandidatesTest, ReadsBothInterfaces) {
  using List = std::vector<std::string>;
  struct Case {
    const char* name;
    const char* self;
    const char* mounts;
    List candidates;
  };
  const Case cases[] = {
      {"systemd, v2",
       "0::/system.slice/coditect.service\n",
       "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n",
       {"v2 /sys/fs/cgroup/system.slice/coditect.service", "v2 /sys/fs/cgroup"}},
      {"container, v2", "0::/\n", "cgroup /sys/fs/cgroup cgroup2 rw 0 0\n", {"v2 /sys/fs/cgroup"}},
      {"v1",
       "4:memory:/a\n8:pids:/\n0::/\n",
       "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
       "cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0\n",
       {"memory /sys/fs/cgroup/memory/a", "memory /sys/fs/cgroup/memory",
        "pids /sys/fs/cgroup/pids"}},
      {"controllers mounted together",
       "3:cpu,memory:/x\n",
       "cgroup /cg cgroup rw,cpu,memory 0 0\n",
       {"memory /cg/x", "memory /cg", "cpu /cg/x", "cpu /cg"}},
      {"nothing mounted", "0::/\n", "proc /proc proc rw 0 0\n", {}},
      {"nonsense", "no colons\n:\n", "x\n\n", {}},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(shown(cgroup_candidates(each.self, each.mounts)), each.candidates) << each.name;
  }
}

/// A folder that looks like a group whose controllers nobody may enable.
class CgroupsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cgroup-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void control(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  fs::path folder_;
};

TEST_F(CgroupsTest, WithoutCandidatesThereIsNoLimitAndAHint) {
  const Cgroups none = Cgroups::detect({});
  EXPECT_FALSE(none.limits_memory());
  EXPECT_FALSE(none.limits_processes());
  EXPECT_NE(none.description().find("Delegate=yes"), std::string::npos);
  auto group = none.make({});
  ASSERT_TRUE(group);
  EXPECT_TRUE(group->add(1));
  EXPECT_EQ(group->out_of_memory_kills(), 0u);
}

TEST_F(CgroupsTest, AFolderThatIsNoGroupIsPassedOver) {
  EXPECT_FALSE(Cgroups::detect({{CgroupKind::kUnified, folder_}}).limits_memory());
}

TEST_F(CgroupsTest, AGroupWithoutTheControllersIsPassedOver) {
  control("cgroup.procs", "");
  control("cgroup.controllers", "rdma io\n");
  control("cgroup.subtree_control", "\n");
  const Cgroups found = Cgroups::detect({{CgroupKind::kUnified, folder_}});
  EXPECT_FALSE(found.limits_memory());
  EXPECT_FALSE(found.limits_processes());
}

TEST_F(CgroupsTest, ControllersThatAreEnabledCount) {
  control("cgroup.procs", "");
  control("cgroup.controllers", "memory pids\n");
  control("cgroup.subtree_control", "memory pids\n");
  const Cgroups found = Cgroups::detect({{CgroupKind::kUnified, folder_}});
  EXPECT_TRUE(found.limits_memory());
  EXPECT_TRUE(found.limits_processes());
  EXPECT_FALSE(found.limits_cores());
  EXPECT_EQ(found.description(), "cgroup v2: memory processes");
  control("cgroup.subtree_control", "memory pids cpu\n");
  EXPECT_EQ(Cgroups::detect({{CgroupKind::kUnified, folder_}}).description(),
            "cgroup v2: memory processes cores");
}

TEST_F(CgroupsTest, GroupsOfServersThatAreGoneAreRemoved) {
  control("cgroup.procs", "");
  control("cgroup.controllers", "");
  control("cgroup.subtree_control", "");
  fs::create_directory(folder_ / "coditect-command-2147480000-7");
  fs::create_directory(folder_ / ("coditect-command-" + std::to_string(::getpid()) + "-7"));
  fs::create_directory(folder_ / "somebody-elses");
  (void)Cgroups::detect({{CgroupKind::kUnified, folder_}});
  EXPECT_FALSE(fs::exists(folder_ / "coditect-command-2147480000-7"));
  EXPECT_TRUE(fs::exists(folder_ / ("coditect-command-" + std::to_string(::getpid()) + "-7")));
  EXPECT_TRUE(fs::exists(folder_ / "somebody-elses"));
}

}  // namespace
}  // namespace coditect::tools
