#include "storage/objects/counting/counting_store.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "storage/objects/byte_sources.h"
#include "storage/objects/memory/memory_store.h"
#include "storage/objects/object_store_conformance.h"

namespace coditect::objects {
namespace {

class CountingUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return store_; }
  bool damage(const std::string& key) override { return bucket_->damage(key); }

 private:
  std::shared_ptr<MemoryBucket> bucket_ = std::make_shared<MemoryBucket>();
  CountingStore::Counters counters_;
  CountingStore store_{std::make_unique<MemoryStore>(bucket_), counters_};
};

INSTANTIATE_TEST_SUITE_P(
    Counting, ObjectStoreConformance,
    testing::Values(StoreBackend{
        "Counting", [](asio::any_io_executor) { return std::make_unique<CountingUnderTest>(); }}),
    conformance_name);

/// Every other call fails.
class OnAndOff final : public Faults {
 public:
  Fault next(StoreCall, std::string_view) override {
    fails_ = !fails_;
    return {.kind = fails_ ? Fault::Kind::kRequestLost : Fault::Kind::kNone};
  }

 private:
  bool fails_ = false;
};

template <class T>
T run(awaitable<T> story) {
  asio::io_context io;
  auto told = asio::co_spawn(io, std::move(story), asio::use_future);
  io.run();
  return told.get();
}

TEST(CountingStore, CountsAttemptsAndBytes) {
  OnAndOff faults;
  CountingStore::Counters counters;
  CountingStore store(
      std::make_unique<MemoryStore>(std::make_shared<MemoryBucket>(), faults, sleep_on_timer),
      counters);
  EXPECT_FALSE(run(store.put("a", "12345", Always{})));
  EXPECT_TRUE(run(store.put("a", "12345", Always{})));
  StringSource source("123");
  EXPECT_FALSE(run(store.put("b", source, IfAbsent{})));
  EXPECT_TRUE(run(store.put("b", source, IfAbsent{})));
  EXPECT_FALSE(run(store.head("a")));
  EXPECT_TRUE(run(store.get("a", {}, 100)));
  EXPECT_FALSE(run(store.list("", "", 10)));
  EXPECT_FALSE(run(store.head("none"))) << "a good answer all the same";
  const StoreCounts counts = counters.read();
  EXPECT_EQ(counts.puts, 4u);
  EXPECT_EQ(counts.gets, 3u);
  EXPECT_EQ(counts.lists, 1u);
  EXPECT_EQ(counts.failed, 4u);
  EXPECT_EQ(counts.bytes_up, 8u);
  EXPECT_EQ(counts.bytes_down, 5u);
}

}  // namespace
}  // namespace coditect::objects
