#include "workspace/secrets/secret_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/stat.h>

#include "base/posix_file.h"
#include "workspace/secrets/secret_limits.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

class SecretStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "secrets-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<SecretStore> open() {
    auto store = SecretStore::open(folder_ / "secrets");
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  static SecretStore::Entry entry(const std::string& name) {
    return {name, Time(std::chrono::microseconds(1'800'000'000'123'456)), "user:ann"};
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat found{};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777u;
  }

  fs::path folder_;
  const WorkspaceId one_{"w_one"};
  const WorkspaceId two_{"w_two"};
};

TEST_F(SecretStoreTest, KeepsValuesForItsOwnWorkspace) {
  ASSERT_TRUE(open()->set(one_, entry("NPM_TOKEN"), "value-of-npm"));
  ASSERT_TRUE(open()->set(one_, entry("A_TOKEN"), "value-of-a"));
  const auto store = open();
  const auto values = store->values(one_, {"NPM_TOKEN", "A_TOKEN"});
  ASSERT_TRUE(values) << values.error().message;
  ASSERT_EQ(values->size(), 2u);
  EXPECT_EQ((*values)[0].name, "NPM_TOKEN");
  EXPECT_EQ((*values)[0].value, "value-of-npm");
  EXPECT_EQ((*values)[1].value, "value-of-a");
  const auto listed = store->list(one_);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].name, "A_TOKEN");
  EXPECT_EQ((*listed)[0].set_at, entry("").set_at);
  EXPECT_EQ((*listed)[0].set_by, "user:ann");
  const auto missing = store->values(two_, {"NPM_TOKEN"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_EQ(store->values(one_, {"NPM"}).error().hint, "this workspace has: A_TOKEN, NPM_TOKEN");
}

TEST_F(SecretStoreTest, IsClosedToOthersAndHoldsNothingInClear) {
  const auto store = open();
  ASSERT_TRUE(store->set(one_, entry("NPM_TOKEN"), "value-of-npm"));
  EXPECT_EQ(mode_of(folder_ / "secrets"), 0700u);
  for (const auto& file : fs::directory_iterator(folder_ / "secrets")) {
    EXPECT_EQ(mode_of(file.path()), 0600u);
    const auto bytes = read_file(file.path());
    ASSERT_TRUE(bytes);
    EXPECT_FALSE(bytes->contains("value-of-npm"));
    EXPECT_FALSE(bytes->contains("NPM_TOKEN"));
  }
}

TEST_F(SecretStoreTest, OpensNothingThatIsNotItsOwn) {
  ASSERT_TRUE(open()->set(one_, entry("NPM_TOKEN"), "value-of-npm"));
  fs::copy_file(folder_ / "secrets/w_one.sealed", folder_ / "secrets/w_two.sealed");
  EXPECT_EQ(open()->values(two_, {"NPM_TOKEN"}).error().code, Errc::kUnavailable);
  fs::remove(folder_ / "secrets/key");
  EXPECT_EQ(open()->list(one_).error().code, Errc::kUnavailable);
  // A new value is not put on top of what cannot be read: the old key may come back.
  EXPECT_FALSE(open()->set(one_, entry("OTHER"), "value-of-other"));
  ASSERT_TRUE(write_file_atomically(folder_ / "secrets/key", "short\n"));
  EXPECT_FALSE(SecretStore::open(folder_ / "secrets"));
}

TEST_F(SecretStoreTest, ForgetsWhatIsDeleted) {
  const auto store = open();
  ASSERT_TRUE(store->set(one_, entry("NPM_TOKEN"), "value-of-npm"));
  ASSERT_TRUE(store->set(one_, entry("NPM_TOKEN"), "another-value"));
  EXPECT_EQ((*store->values(one_, {"NPM_TOKEN"}))[0].value, "another-value");
  ASSERT_TRUE(store->remove(one_, "NPM_TOKEN"));
  EXPECT_EQ(store->remove(one_, "NPM_TOKEN").error().code, Errc::kNotFound);
  ASSERT_TRUE(store->set(one_, entry("NPM_TOKEN"), "value-of-npm"));
  ASSERT_TRUE(store->forget(one_));
  EXPECT_FALSE(fs::exists(folder_ / "secrets/w_one.sealed"));
  ASSERT_TRUE(store->forget(one_));
  EXPECT_TRUE(store->list(one_)->empty());
}

TEST_F(SecretStoreTest, RefusesWhatIsNoSecret) {
  const auto store = open();
  for (const char* name : {"", "npm_token", "1A", "A-B", "PATH", "LD_PRELOAD", "BASH_ENV", "A B"}) {
    EXPECT_EQ(store->set(one_, entry(name), "long enough").error().code, Errc::kInvalid) << name;
  }
  EXPECT_FALSE(store->set(one_, entry(std::string(65, 'A')), "long enough"));
  EXPECT_EQ(store->set(one_, entry("A"), "short").error().code, Errc::kInvalid);
  EXPECT_EQ(store->set(one_, entry("A"), std::string(9, '\0')).error().code, Errc::kInvalid);
  EXPECT_EQ(store->set(one_, entry("A"), std::string((32u << 10) + 1, 'x')).error().code,
            Errc::kLimit);
  for (std::size_t i = 0; i < limits::kSecretsMax; ++i) {
    ASSERT_TRUE(store->set(one_, entry("S" + std::to_string(i)), "long enough"));
  }
  EXPECT_EQ(store->set(one_, entry("ONE_MORE"), "long enough").error().code, Errc::kLimit);
  EXPECT_TRUE(store->set(one_, entry("S0"), "replaced, which is no more"));
}

}  // namespace
}  // namespace coditect::workspace
