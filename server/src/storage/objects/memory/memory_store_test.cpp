#include "storage/objects/memory/memory_store.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

#include "storage/objects/memory/scripted_faults.h"
#include "storage/objects/object_store_conformance.h"

namespace coditect::objects {
namespace {

using std::chrono::milliseconds;

class MemoryUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return store_; }
  bool damage(const std::string& key) override { return bucket_->damage(key); }

 private:
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  MemoryStore store_{bucket_};
};

INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreConformance,
                         testing::Values(StoreBackend{"Memory",
                                                      [](asio::any_io_executor) {
                                                        return std::make_unique<MemoryUnderTest>();
                                                      }}),
                         conformance_name);

/// A bucket with two ways to it: one with faults, one without.
class MemoryStoreTest : public testing::Test {
 protected:
  template <class T>
  T run(awaitable<T> call) {
    std::optional<T> result;
    asio::co_spawn(io_, std::move(call), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      result = std::move(value);
    });
    io_.restart();
    io_.run();
    return *std::move(result);
  }
  Result<ObjectInfo> put(MemoryStore& store, std::string content, Condition condition = Always{}) {
    return run(store.put("key", std::move(content), std::move(condition)));
  }
  std::string content() {
    const auto object = run(plain_.get("key", {}, 100));
    return object ? object->content : std::string(to_string(object.error().code));
  }
  awaitable<void> note_sleep(milliseconds time) {
    slept_.push_back(time);
    co_return;
  }

  asio::io_context io_;
  ScriptedFaults faults_;
  std::vector<milliseconds> slept_;
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  MemoryStore faulty_{bucket_, faults_, [this](milliseconds time) { return note_sleep(time); }};
  MemoryStore plain_{bucket_};
};

TEST_F(MemoryStoreTest, ALostRequestChangesNothing) {
  faults_.script_ = {{.kind = Fault::Kind::kRequestLost}};
  const auto stored = put(faulty_, "content");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::kUnavailable);
  EXPECT_EQ(content(), "not_found");
}

TEST_F(MemoryStoreTest, ALostAnswerHidesWhatHappened) {
  faults_.script_ = {{.kind = Fault::Kind::kAnswerLost}, {.kind = Fault::Kind::kAnswerLost}};
  ASSERT_FALSE(put(faulty_, "content", IfAbsent{}));
  EXPECT_EQ(content(), "content");
  const auto again = put(faulty_, "other", IfAbsent{});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::kUnavailable);  // the conflict was not heard either
  EXPECT_EQ(content(), "content");
  faults_.script_ = {{.kind = Fault::Kind::kAnswerLost}};
  ASSERT_FALSE(run(faulty_.remove("key")));
  EXPECT_EQ(content(), "not_found");
}

TEST_F(MemoryStoreTest, ALateRequestArrivesAfterOthers) {
  faults_.script_ = {{.kind = Fault::Kind::kLate, .late_calls = 2}};
  ASSERT_FALSE(put(faulty_, "late"));
  EXPECT_EQ(content(), "not_found");
  ASSERT_TRUE(put(plain_, "newer"));
  EXPECT_EQ(content(), "late");  // an unconditional zombie wins
}

TEST_F(MemoryStoreTest, AConditionIsAskedWhenTheRequestArrives) {
  const auto first = put(plain_, "first");
  ASSERT_TRUE(first);
  faults_.script_ = {{.kind = Fault::Kind::kLate, .late_calls = 1}};
  ASSERT_FALSE(put(faulty_, "zombie", IfGeneration{first->generation}));
  ASSERT_TRUE(put(plain_, "second", IfGeneration{first->generation}));
  bucket_->settle();
  EXPECT_EQ(content(), "second");
}

TEST_F(MemoryStoreTest, ALateRequestOutlivesItsSender) {
  faults_.script_ = {{.kind = Fault::Kind::kLate, .late_calls = 100}};
  {
    MemoryStore dying(bucket_, faults_, {});
    ASSERT_FALSE(put(dying, "late"));
  }
  bucket_->settle();
  EXPECT_EQ(content(), "late");
}

TEST_F(MemoryStoreTest, DelaysRequestAndAnswerInInjectedTime) {
  faults_.script_ = {{.delay_before = milliseconds(5), .delay_after = milliseconds(7)}};
  ASSERT_TRUE(put(faulty_, "content"));
  EXPECT_EQ(slept_, (std::vector<milliseconds>{milliseconds(5), milliseconds(7)}));
}

TEST_F(MemoryStoreTest, ReadingSuffersToo) {
  ASSERT_TRUE(put(plain_, "content"));
  for (const auto kind :
       {Fault::Kind::kRequestLost, Fault::Kind::kAnswerLost, Fault::Kind::kLate}) {
    faults_.script_.assign(4, {.kind = kind});
    EXPECT_FALSE(run(faulty_.get("key", {}, 100)));
    EXPECT_FALSE(run(faulty_.head("key")));
    EXPECT_FALSE(run(faulty_.list("", "", 10)));
    const ByteSink sink = [](std::string_view) -> Result<void> {
      ADD_FAILURE() << "a lost answer gave a part";
      return {};
    };
    EXPECT_FALSE(run(faulty_.read("key", {}, sink)));
  }
  EXPECT_EQ(content(), "content");
}

std::vector<Fault::Kind> kinds(std::uint64_t seed, FaultRates rates) {
  SeededFaults faults(seed, rates);
  std::vector<Fault::Kind> kinds;
  for (int i = 0; i < 500; ++i) kinds.push_back(faults.next(StoreCall::kPut, "key").kind);
  return kinds;
}

TEST(SeededFaults, AreTheSameForTheSameSeed) {
  const FaultRates rates{.request_lost_permille = 100,
                         .answer_lost_permille = 100,
                         .late_permille = 100,
                         .storm_permille = 5};
  EXPECT_EQ(kinds(1, rates), kinds(1, rates));
  EXPECT_NE(kinds(1, rates), kinds(2, rates));
  const auto drawn = kinds(3, rates);
  for (const auto kind : {Fault::Kind::kNone, Fault::Kind::kRequestLost, Fault::Kind::kAnswerLost,
                          Fault::Kind::kLate}) {
    EXPECT_NE(std::ranges::count(drawn, kind), 0);
  }
}

TEST(SeededFaults, CutAndMendTheLink) {
  SeededFaults faults(1, {});
  EXPECT_EQ(faults.next(StoreCall::kPut, "key").kind, Fault::Kind::kNone);
  faults.set_link(SeededFaults::Link::kRequestsCut);
  EXPECT_EQ(faults.next(StoreCall::kGet, "key").kind, Fault::Kind::kRequestLost);
  faults.set_link(SeededFaults::Link::kAnswersCut);
  EXPECT_EQ(faults.next(StoreCall::kGet, "key").kind, Fault::Kind::kAnswerLost);
  faults.set_link(SeededFaults::Link::kUp);
  EXPECT_EQ(faults.next(StoreCall::kGet, "key").kind, Fault::Kind::kNone);
}

TEST(SeededFaults, AStormRefusesManyCallsInARow) {
  const auto drawn = kinds(1, {.storm_permille = 20, .storm_calls_max = 50});
  std::size_t longest = 0;
  std::size_t row = 0;
  for (const auto kind : drawn) {
    row = kind == Fault::Kind::kRequestLost ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  EXPECT_GE(longest, 10u);
  EXPECT_NE(std::ranges::count(drawn, Fault::Kind::kNone), 0);
}

}  // namespace
}  // namespace coditect::objects
