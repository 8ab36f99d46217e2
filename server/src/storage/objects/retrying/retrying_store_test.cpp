#include "storage/objects/retrying/retrying_store.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/objects/byte_sources.h"
#include "storage/objects/memory/memory_store.h"
#include "storage/objects/memory/scripted_faults.h"
#include "storage/objects/object_store_conformance.h"

namespace coditect::objects {
namespace {

using std::chrono::milliseconds;

/// Lets everybody else run first; time passes at once.
awaitable<void> yield_for(ManualClock& clock, milliseconds time) {
  clock.advance(time);
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

class RetryingUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return store_; }
  bool damage(const std::string& key) override { return bucket_->damage(key); }

 private:
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  SystemClock clock_;
  SeededRandom random_{1};
  RetryingStore store_{
      std::make_unique<MemoryStore>(bucket_), {}, {clock_, random_, sleep_on_timer}};
};

/// The interface's promises hold while a quarter of all calls fail.
class FaultyUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return store_; }
  bool damage(const std::string& key) override { return bucket_->damage(key); }

 private:
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  SeededFaults faults_{7, {.request_lost_permille = 125, .answer_lost_permille = 125}};
  SystemClock clock_;
  SeededRandom random_{1};
  RetryingStore store_{std::make_unique<MemoryStore>(bucket_, faults_, sleep_on_timer),
                       {.delay_first = milliseconds(1), .delay_max = milliseconds(1)},
                       {clock_, random_, sleep_on_timer}};
};

INSTANTIATE_TEST_SUITE_P(
    Stores, ObjectStoreConformance,
    testing::Values(
        StoreBackend{"Retrying",
                     [](asio::any_io_executor) { return std::make_unique<RetryingUnderTest>(); }},
        StoreBackend{"RetryingFaulty",
                     [](asio::any_io_executor) { return std::make_unique<FaultyUnderTest>(); }}),
    conformance_name);

constexpr Fault kRequestLost{.kind = Fault::Kind::kRequestLost};
constexpr Fault kAnswerLost{.kind = Fault::Kind::kAnswerLost};
constexpr Fault kNone{};

class RetryingStoreTest : public testing::Test {
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
  awaitable<void> sleep(milliseconds time) {
    slept_.push_back(time);
    return yield_for(clock_, time);
  }
  Result<ObjectInfo> put(std::string content, Condition condition) {
    return run(store_.put("key", std::move(content), std::move(condition)));
  }
  std::string content() {
    const auto object = run(plain_.get("key", {}, 1'000));
    return object ? object->content : std::string(to_string(object.error().code));
  }
  std::string generation() { return run(plain_.head("key"))->generation; }

  asio::io_context io_;
  ManualClock clock_;
  SeededRandom random_{1};
  ScriptedFaults faults_;
  std::vector<milliseconds> slept_;
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  MemoryStore plain_{bucket_};
  RetryingStore store_{
      std::make_unique<MemoryStore>(bucket_, faults_, [this](milliseconds t) { return sleep(t); }),
      {.delay_first = milliseconds(100),
       .delay_max = milliseconds(1'000),
       .deadline = milliseconds(10'000)},
      {clock_, random_, [this](milliseconds t) { return sleep(t); }}};
};

TEST_F(RetryingStoreTest, AsksAgainUntilItIsAnswered) {
  faults_.script_ = {kRequestLost, kRequestLost, kRequestLost};
  ASSERT_TRUE(put("content", Always{}));
  EXPECT_EQ(content(), "content");
  EXPECT_EQ(faults_.calls_.size(), 4u);
  faults_.script_ = {kRequestLost};
  EXPECT_TRUE(run(store_.get("key", {}, 100)));
  faults_.script_ = {kRequestLost};
  EXPECT_TRUE(run(store_.head("key")));
  faults_.script_ = {kRequestLost};
  EXPECT_TRUE(run(store_.list("", "", 10)));
  faults_.script_ = {kAnswerLost};
  EXPECT_TRUE(run(store_.remove("key")));
  EXPECT_EQ(content(), "not_found");
}

TEST_F(RetryingStoreTest, PausesGrowWithFullJitterUpToTheirBound) {
  faults_.script_.assign(8, kRequestLost);
  ASSERT_TRUE(put("content", Always{}));
  ASSERT_EQ(slept_.size(), 8u);
  milliseconds bound(100);
  for (const milliseconds pause : slept_) {
    EXPECT_LE(pause, bound);
    bound = std::min(bound * 2, milliseconds(1'000));
  }
  EXPECT_NE(slept_[5], slept_[6]);
}

TEST_F(RetryingStoreTest, GivesUpAtTheDeadline) {
  faults_.script_.assign(10'000, kRequestLost);
  const auto stored = put("content", Always{});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::kUnavailable);
  milliseconds total(0);
  for (const milliseconds pause : slept_) total += pause;
  EXPECT_LE(total, milliseconds(10'000));
  EXPECT_GE(total, milliseconds(8'000));
}

TEST_F(RetryingStoreTest, ItsOwnLostAnswerIsASuccess) {
  faults_.script_ = {kAnswerLost};
  const auto stored = put("ours", IfAbsent{});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->generation, generation());
  faults_.script_ = {kAnswerLost, kNone, kRequestLost, kAnswerLost};  // reading back fails too
  const auto updated = put("ours too", IfGeneration{stored->generation});
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(updated->generation, generation());
  EXPECT_EQ(content(), "ours too");

  faults_.script_ = {kAnswerLost};
  StringSource source("streamed");
  const auto streamed = run(store_.put("key", source, IfGeneration{updated->generation}));
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(content(), "streamed");
}

TEST_F(RetryingStoreTest, SomebodyElsesVersionIsAConflict) {
  struct Case {
    std::string_view what;
    std::string ours, theirs;
  };
  const Case cases[] = {{"other bytes", "ours", "them"},
                        {"shorter", "ours", "our"},
                        {"longer", "ours", "ours!"},
                        {"empty", "ours", ""},
                        {"ours is empty", "", "theirs"}};
  for (const Case& c : cases) {
    ASSERT_TRUE(run(plain_.put("key", c.theirs, Always{})));
    faults_.script_ = {kRequestLost};
    const auto stored = put(c.ours, IfAbsent{});
    ASSERT_FALSE(stored) << c.what;
    EXPECT_EQ(stored.error().code, Errc::kConflict) << c.what;
    EXPECT_EQ(content(), c.theirs) << c.what;
  }
}

TEST_F(RetryingStoreTest, AConflictAtFirstIsNotReadBack) {
  ASSERT_TRUE(run(plain_.put("key", "same", Always{})));
  const auto stored = put("same", IfAbsent{});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::kConflict);
  EXPECT_EQ(faults_.calls_.size(), 1u);
}

TEST_F(RetryingStoreTest, OursThatWasRemovedMeanwhileIsAConflict) {
  const auto stored = put("content", IfAbsent{});
  ASSERT_TRUE(stored);
  ASSERT_TRUE(run(plain_.remove("key")));
  faults_.script_ = {kRequestLost};
  const auto updated = put("content", IfGeneration{stored->generation});
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, Errc::kConflict);
}

/// A store that answers each put with the next error of a script.
class ErrorStore final : public ObjectStore {
 public:
  explicit ErrorStore(std::vector<Errc>& script) : script_(script) {}
  Error next() {
    const Errc code = script_.front();
    script_.erase(script_.begin());
    return {code, "scripted", {}};
  }
  awaitable<Result<ObjectInfo>> put(std::string, std::string, Condition) override {
    co_return next();
  }
  awaitable<Result<ObjectInfo>> put(std::string, ByteSource&, Condition) override {
    co_return next();
  }
  awaitable<Result<Object>> get(std::string, Range, std::size_t) override { co_return next(); }
  awaitable<Result<ObjectInfo>> read(std::string, Range, const ByteSink& sink) override {
    CO_TRY_VOID(sink("part"));
    co_return next();
  }
  awaitable<Result<ObjectInfo>> head(std::string) override { co_return next(); }
  awaitable<Result<ListPage>> list(std::string, std::string, std::size_t) override {
    co_return next();
  }
  awaitable<Result<void>> remove(std::string) override { co_return next(); }
  awaitable<void> close() override { co_return; }
  std::string description() const override { return "errors"; }

 private:
  std::vector<Errc>& script_;
};

class RetryingErrorsTest : public RetryingStoreTest {
 protected:
  std::vector<Errc> script_;
  RetryingStore errors_{std::make_unique<ErrorStore>(script_),
                        {},
                        {clock_, random_, [this](milliseconds t) { return sleep(t); }}};
};

TEST_F(RetryingErrorsTest, NothingButUnavailableIsTriedAgain) {
  for (const Errc code : {Errc::kDenied, Errc::kInvalid, Errc::kConflict, Errc::kInternal,
                          Errc::kNotFound, Errc::kLimit, Errc::kCancelled}) {
    script_.assign(1, code);
    EXPECT_EQ(run(errors_.put("key", "content", Always{})).error().code, code);
    script_.assign(1, code);
    EXPECT_EQ(run(errors_.get("key", {}, 10)).error().code, code);
    script_.assign(1, code);
    EXPECT_EQ(run(errors_.remove("key")).error().code, code);
  }
  EXPECT_TRUE(slept_.empty());
}

TEST_F(RetryingErrorsTest, AnAttemptThatMayBeStoredIsNeverAPlainRefusal) {
  for (const Errc code : {Errc::kDenied, Errc::kInvalid, Errc::kInternal}) {
    script_ = {Errc::kUnavailable, code};
    EXPECT_EQ(run(errors_.put("key", "content", Always{})).error().code, Errc::kUnavailable);
  }
}

TEST_F(RetryingErrorsTest, ReadingThatHasGivenAPartIsNotBegunAgain) {
  script_ = {Errc::kUnavailable};
  std::string got;
  const ByteSink sink = [&](std::string_view part) -> Result<void> {
    got += part;
    return {};
  };
  EXPECT_EQ(run(errors_.read("key", {}, sink)).error().code, Errc::kUnavailable);
  EXPECT_EQ(got, "part");
}

// What follows is played many times, each with the faults of another seed.

constexpr FaultRates kBadNetwork{.request_lost_permille = 150,
                                 .answer_lost_permille = 150,
                                 .late_permille = 150,
                                 .late_calls_max = 10,
                                 .storm_permille = 10,
                                 .storm_calls_max = 5};
constexpr int kWorkers = 5;
constexpr int kAppends = 4;
constexpr int kAppendAttemptsMax = 100;

/// One node of a simulated cluster: its own faults and retries, a bucket shared with the others.
struct Node {
  Node(std::uint64_t seed, std::shared_ptr<MemoryBucket> bucket, ManualClock& clock)
      : faults(seed, kBadNetwork),
        random(seed),
        store(std::make_unique<MemoryStore>(std::move(bucket), faults, Sleep()), {},
              {clock, random, [&clock](milliseconds time) { return yield_for(clock, time); }}) {}
  SeededFaults faults;
  SeededRandom random;
  RetryingStore store;
};

awaitable<void> claim(Node& node, std::string content, std::vector<std::string>& won) {
  const auto stored = co_await node.store.put("claimed", content, IfAbsent{});
  if (stored) won.push_back(content);
}

/// Appends words to one object by compare-and-swap, each in one put() only, and notes those that
/// were acknowledged.
awaitable<void> append(Node& node, std::string name, std::vector<std::string>& acknowledged) {
  int done = 0;
  for (int attempt = 0; done < kAppends && attempt < kAppendAttemptsMax; ++attempt) {
    const auto object = co_await node.store.get("log", {}, 10'000);
    if (!object) continue;
    const std::string word = name + std::to_string(attempt) + ";";
    const auto stored = co_await node.store.put("log", object->content + word,
                                                IfGeneration{object->info.generation});
    if (!stored) continue;
    acknowledged.push_back(word);
    ++done;
  }
}

TEST(RetryingSimulation, AtMostOneClaimIsAcknowledgedAndItStands) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    asio::io_context io;
    ManualClock clock;
    auto bucket = std::make_shared<MemoryBucket>();
    std::deque<Node> nodes;
    std::vector<std::string> won;
    for (int i = 0; i < kWorkers; ++i) {
      nodes.emplace_back(seed * 100 + static_cast<std::uint64_t>(i), bucket, clock);
      asio::co_spawn(io, claim(nodes.back(), "node " + std::to_string(i), won),
                     [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
    }
    io.run();
    bucket->settle();
    ASSERT_LE(won.size(), 1u);
    if (!won.empty()) {
      ASSERT_EQ(*bucket->get("claimed")->content, won[0]);
    }
  }
}

TEST(RetryingSimulation, EveryAcknowledgedAppendIsThereAndNoneIsThereTwice) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    asio::io_context io;
    ManualClock clock;
    auto bucket = std::make_shared<MemoryBucket>();
    ASSERT_TRUE(bucket->put("log", std::make_shared<const std::string>(), Always{}));
    std::deque<Node> nodes;
    std::vector<std::string> acknowledged;
    for (int i = 0; i < kWorkers; ++i) {
      nodes.emplace_back(seed * 100 + static_cast<std::uint64_t>(i), bucket, clock);
      asio::co_spawn(io,
                     append(nodes.back(), std::string(1, static_cast<char>('a' + i)), acknowledged),
                     [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
    }
    io.run();
    bucket->settle();
    const std::string log = *bucket->get("log")->content;
    for (const std::string& word : acknowledged) {
      ASSERT_NE(log.find(word), std::string::npos) << word << " of " << log;
    }
    std::set<std::string> words;
    for (std::size_t from = 0; from < log.size(); from = log.find(';', from) + 1) {
      const std::string word = log.substr(from, log.find(';', from) + 1 - from);
      ASSERT_TRUE(words.insert(word).second) << word << " twice in " << log;
    }
    ASSERT_FALSE(acknowledged.empty());
  }
}

}  // namespace
}  // namespace coditect::objects
