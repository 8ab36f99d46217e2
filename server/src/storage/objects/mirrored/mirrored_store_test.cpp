#include "storage/objects/mirrored/mirrored_store.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

#include "storage/objects/byte_sources.h"
#include "storage/objects/memory/memory_store.h"
#include "storage/objects/mirrored/mirror_copy.h"
#include "storage/objects/object_store_conformance.h"

namespace coditect::objects {
namespace {

using std::chrono::milliseconds;

class MirroredUnderTest final : public StoreUnderTest {
 public:
  MirroredUnderTest(asio::any_io_executor executor, MirrorOptions options)
      : store_(make_strand(std::move(executor)), std::make_unique<MemoryStore>(primary_),
               std::make_unique<MemoryStore>(), std::move(options), clock_) {}
  ObjectStore& store() override { return store_; }
  bool damage(const std::string& key) override { return primary_->damage(key); }

 private:
  std::shared_ptr<MemoryBucket> primary_ = std::make_shared<MemoryBucket>();
  SystemClock clock_;
  MirroredStore store_;
};

/// The keys that the conformance tests put over.
bool is_put_over(std::string_view key) {
  for (const std::string_view name :
       {"lease", "versioned", "overwritten", "swapped", "kept", "damaged", "gone"}) {
    if (key == name) return true;
  }
  return false;
}

StoreBackend mirrored(std::string name, MirrorOptions options) {
  return {std::move(name), [options](asio::any_io_executor executor) {
            return std::make_unique<MirroredUnderTest>(std::move(executor), options);
          }};
}

INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreConformance,
                         testing::Values(mirrored("Mirrored", {.is_mutable = is_put_over}),
                                         mirrored("MirroredLittle", {.is_mutable = is_put_over,
                                                                     .object_bytes_max = 100,
                                                                     .queue_objects_max = 2,
                                                                     .queue_bytes_max = 10})),
                         conformance_name);

class ScriptedFaults final : public Faults {
 public:
  Fault next(StoreCall, std::string_view) override {
    ++calls_;
    return fault_;
  }
  Fault fault_;
  int calls_ = 0;
};

/// A sleep that ends when the test says so.
class Gate {
 public:
  awaitable<void> wait() {
    ++waiting_;
    while (!open_) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    --waiting_;
  }
  bool open_ = false;
  int waiting_ = 0;
};

class MirroredStoreTest : public testing::Test {
 protected:
  MirroredStoreTest() {
    make({.is_mutable = [](std::string_view key) { return key == "lease"; }});
  }
  ~MirroredStoreTest() override { close(); }

  void make(MirrorOptions options) {
    if (store_) close();
    gate_.open_ = false;
    auto sleep = [this](milliseconds) { return gate_.wait(); };
    store_ = std::make_unique<MirroredStore>(
        make_strand(io_.get_executor()), std::make_unique<MemoryStore>(primary_),
        std::make_unique<MemoryStore>(mirror_, faults_, sleep), std::move(options), clock_);
  }
  void close() {
    gate_.open_ = true;
    asio::co_spawn(io_, store_->close(),
                   [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
    io_.restart();
    io_.run();
  }
  /// Runs a call, and every copy that it causes, to its end.
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
  /// Runs a call only: what it causes may wait at the gate.
  template <class T>
  T run_only(awaitable<T> call) {
    std::optional<T> result;
    asio::co_spawn(io_, std::move(call), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      result = std::move(value);
    });
    io_.restart();
    while (!result) io_.run_one();
    return *std::move(result);
  }
  /// Runs until somebody waits at the gate.
  void reach_gate() {
    while (gate_.waiting_ == 0) ASSERT_EQ(io_.run_one(), 1u);
  }
  Result<ObjectInfo> put(const std::string& key, const std::string& content) {
    return run(store_->put(key, content, Always{}));
  }
  std::string content(const std::string& key, Range range = {}) {
    const auto object = run(store_->get(key, range, 1'000));
    return object ? object->content : std::string(to_string(object.error().code));
  }
  MirrorCounters counters() { return run_only(store_->counters()); }
  void expect_copied(std::uint64_t copies) { EXPECT_EQ(counters().copied, copies); }

  asio::io_context io_;
  ManualClock clock_;
  Gate gate_;
  ScriptedFaults faults_;
  std::shared_ptr<MemoryBucket> primary_ = std::make_shared<MemoryBucket>();
  std::shared_ptr<MemoryBucket> mirror_ = std::make_shared<MemoryBucket>();
  std::unique_ptr<MirroredStore> store_;
};

TEST_F(MirroredStoreTest, ReadsFromTheMirrorWhatItHasPut) {
  const auto stored = put("bundle", "content");
  ASSERT_TRUE(stored);
  expect_copied(1);
  const std::size_t primary_calls = primary_->calls();
  const auto object = run(store_->get("bundle", {}, 100));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->content, "content");
  EXPECT_EQ(object->info, *stored);
  std::string streamed;
  const ByteSink sink = [&](std::string_view part) -> Result<void> {
    streamed += part;
    return {};
  };
  ASSERT_TRUE(run(store_->read("bundle", {}, sink)));
  EXPECT_EQ(streamed, "content");
  EXPECT_EQ(primary_->calls(), primary_calls);
  EXPECT_EQ(counters().hits, 2u);
}

TEST_F(MirroredStoreTest, CopiesAStreamThatItDidNotKeep) {
  StringSource source("streamed content");
  ASSERT_TRUE(run(store_->put("pack", source, IfAbsent{})));
  expect_copied(1);
  EXPECT_EQ(content("pack"), "streamed content");
  EXPECT_EQ(counters().hits, 1u);
}

TEST_F(MirroredStoreTest, FillsTheMirrorWithWhatItMisses) {
  MemoryStore plain(primary_);
  ASSERT_TRUE(run(plain.put("old", "content", Always{})));
  EXPECT_EQ(content("old"), "content");
  EXPECT_EQ(counters().misses, 1u);
  expect_copied(1);
  EXPECT_EQ(content("old"), "content");
  EXPECT_EQ(counters().hits, 1u);

  ASSERT_TRUE(run(plain.put("older", "content", Always{})));
  const ByteSink sink = [](std::string_view) -> Result<void> { return {}; };
  ASSERT_TRUE(run(store_->read("older", {}, sink)));
  expect_copied(2);
}

TEST_F(MirroredStoreTest, ADamagedCopyIsReplaced) {
  ASSERT_TRUE(put("bundle",
                  "content that is a bit longer than what stands behind it, so that the "
                  "flipped bit in the middle of the copy is one of its own bits: "
                  "that takes as many bytes as the note has, which are some 150"));
  ASSERT_TRUE(mirror_->damage("bundle"));
  EXPECT_TRUE(content("bundle").starts_with("content that"));
  EXPECT_EQ(counters().damaged, 1u);
  expect_copied(2);
  EXPECT_TRUE(content("bundle").starts_with("content that"));
  EXPECT_EQ(counters().hits, 1u);
}

TEST_F(MirroredStoreTest, TheCopyOfAnotherObjectIsNoCopy) {
  ASSERT_TRUE(put("a", "content of a"));
  ASSERT_TRUE(put("b", "content of b"));
  MemoryStore mirror(mirror_);
  const auto copy = run(mirror.get("b", {}, 10'000));
  ASSERT_TRUE(copy);
  ASSERT_TRUE(run(mirror.put("a", copy->content, Always{})));
  EXPECT_EQ(content("a"), "content of a");
  ASSERT_TRUE(run(mirror.put("a", "content of b", Always{})));
  EXPECT_EQ(content("a"), "content of a");
  EXPECT_EQ(counters().damaged, 2u);
}

TEST_F(MirroredStoreTest, MutableObjectsAndRangesAreThePrimarys) {
  ASSERT_TRUE(put("lease", "first"));
  ASSERT_TRUE(put("lease", "second"));
  EXPECT_EQ(content("lease"), "second");
  ASSERT_TRUE(put("bundle", "0123456789"));
  EXPECT_EQ(content("bundle", {.offset = 3, .bytes = 2}), "34");
  EXPECT_EQ(content("bundle", {.offset = 0, .bytes = 10}), "0123456789");
  EXPECT_EQ(mirror_->keys(), std::vector<std::string>{"bundle"});
  EXPECT_EQ(counters().hits + counters().misses, 0u);
}

TEST_F(MirroredStoreTest, AFailingMirrorIsLeftAloneForAWhile) {
  ASSERT_TRUE(put("bundle", "content"));
  faults_.fault_.kind = Fault::Kind::kRequestLost;
  EXPECT_EQ(content("bundle"), "content");
  EXPECT_EQ(counters().failed, 1u);
  const int asked = faults_.calls_;
  EXPECT_EQ(content("bundle"), "content");
  ASSERT_TRUE(put("other", "content"));
  EXPECT_EQ(faults_.calls_, asked);
  EXPECT_GE(counters().left_out, 1u);

  faults_.fault_.kind = Fault::Kind::kNone;
  clock_.advance(std::chrono::seconds(11));
  EXPECT_EQ(content("bundle"), "content");
  EXPECT_EQ(counters().hits, 1u);
  EXPECT_EQ(content("other"), "content");
  expect_copied(2);
}

TEST_F(MirroredStoreTest, APutDoesNotWaitForTheMirrorAndTheQueueIsBounded) {
  make({.is_mutable = [](std::string_view) { return false; },
        .queue_objects_max = 3,
        .queue_bytes_max = 10});
  faults_.fault_.delay_before = milliseconds(1);  // until the gate is open
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(run_only(store_->put("key" + std::to_string(i), "12345678", IfAbsent{})));
    reach_gate();
  }
  const MirrorCounters full = counters();
  EXPECT_EQ(full.queue_objects, 3u);  // and one under way
  EXPECT_EQ(full.queue_bytes, 8u);    // the others are read from the primary again
  EXPECT_EQ(full.left_out, 2u);
  gate_.open_ = true;
  EXPECT_EQ(content("key5"), "12345678");
  EXPECT_EQ(counters().copied, 5u);
  EXPECT_EQ(counters().queue_objects, 0u);
  EXPECT_EQ(counters().queue_bytes, 0u);
}

TEST_F(MirroredStoreTest, ARemovedObjectIsNotReadFromTheMirror) {
  ASSERT_TRUE(put("bundle", "content"));
  ASSERT_TRUE(run(store_->remove("bundle")));
  EXPECT_TRUE(mirror_->keys().empty());
  EXPECT_TRUE(primary_->keys().empty());
  EXPECT_EQ(content("bundle"), "not_found");
}

TEST_F(MirroredStoreTest, ARemovalWaitsForTheCopyUnderWayAndTakesItAlong) {
  faults_.fault_.delay_before = milliseconds(1);
  ASSERT_TRUE(run_only(store_->put("bundle", "content", IfAbsent{})));
  reach_gate();
  gate_.open_ = true;
  ASSERT_TRUE(run(store_->remove("bundle")));
  EXPECT_TRUE(mirror_->keys().empty());
  EXPECT_TRUE(primary_->keys().empty());
}

TEST_F(MirroredStoreTest, ARemovalThatTheMirrorDoesNotHearOfIsNone) {
  ASSERT_TRUE(put("bundle", "content"));
  faults_.fault_.kind = Fault::Kind::kRequestLost;
  const auto removed = run(store_->remove("bundle"));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Errc::kUnavailable);
  EXPECT_EQ(primary_->keys(), std::vector<std::string>{"bundle"});
  faults_.fault_.kind = Fault::Kind::kNone;
  EXPECT_TRUE(run(store_->remove("bundle")));
}

TEST_F(MirroredStoreTest, LargeObjectsAreNotMirrored) {
  make({.is_mutable = [](std::string_view) { return false; }, .object_bytes_max = 5});
  ASSERT_TRUE(put("large", "123456"));
  ASSERT_TRUE(put("small", "12345"));
  EXPECT_EQ(content("large"), "123456");
  EXPECT_EQ(content("small"), "12345");
  EXPECT_EQ(mirror_->keys(), std::vector<std::string>{"small"});
}

TEST_F(MirroredStoreTest, TheCallersLimitHoldsForCopiesToo) {
  ASSERT_TRUE(put("bundle", "0123456789"));
  const auto object = run(store_->get("bundle", {}, 9));
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, Errc::kLimit);
}

}  // namespace
}  // namespace coditect::objects
