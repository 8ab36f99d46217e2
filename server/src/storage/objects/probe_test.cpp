#include "storage/objects/probe.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>

#include "storage/objects/memory/memory_store.h"

namespace coditect::objects {
namespace {

/// A store as some are: it takes conditions and does not keep them.
class CarelessStore final : public ObjectStore {
 public:
  enum class Careless { kIfAbsent, kIfGeneration, kRefusesAll, kDenies, kLoses, kNothing };
  CarelessStore(Careless careless, std::shared_ptr<MemoryBucket> bucket)
      : careless_(careless), inner_(std::move(bucket)) {}

  awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                    Condition condition) override {
    if (careless_ == Careless::kDenies) co_return Error{Errc::kDenied, "no", {}};
    if (careless_ == Careless::kRefusesAll) co_return Error{Errc::kConflict, "no", {}};
    if (careless_ == Careless::kIfAbsent && std::holds_alternative<IfAbsent>(condition)) {
      condition = Always{};
    }
    if (careless_ == Careless::kIfGeneration && std::holds_alternative<IfGeneration>(condition)) {
      condition = Always{};
    }
    if (careless_ == Careless::kLoses && content == "second") content = "first";
    co_return co_await inner_.put(std::move(key), std::move(content), std::move(condition));
  }
  awaitable<Result<ObjectInfo>> put(std::string key, ByteSource& source,
                                    Condition condition) override {
    return inner_.put(std::move(key), source, std::move(condition));
  }
  awaitable<Result<Object>> get(std::string key, Range range, std::size_t bytes_max) override {
    return inner_.get(std::move(key), range, bytes_max);
  }
  awaitable<Result<ObjectInfo>> read(std::string key, Range range, const ByteSink& sink) override {
    return inner_.read(std::move(key), range, sink);
  }
  awaitable<Result<ObjectInfo>> head(std::string key) override {
    return inner_.head(std::move(key));
  }
  awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                   std::size_t limit) override {
    return inner_.list(std::move(prefix), std::move(next), limit);
  }
  awaitable<Result<void>> remove(std::string key) override { return inner_.remove(std::move(key)); }
  awaitable<void> close() override { return inner_.close(); }
  std::string description() const override { return "careless://store"; }

 private:
  const Careless careless_;
  MemoryStore inner_;
};

using Careless = CarelessStore::Careless;

Result<void> probe(Careless careless, const std::shared_ptr<MemoryBucket>& bucket) {
  CarelessStore store(careless, bucket);
  SeededRandom random(1);
  asio::io_context io;
  std::optional<Result<void>> result;
  asio::co_spawn(io, probe_conditional_writes(store, "probe", random),
                 [&](std::exception_ptr error, Result<void> probed) {
                   if (error) std::rethrow_exception(error);
                   result = std::move(probed);
                 });
  io.run();
  return *std::move(result);
}

TEST(Probe, AcceptsAStoreThatKeepsConditionsAndLeavesNothing) {
  const auto bucket = std::make_shared<MemoryBucket>();
  const auto probed = probe(Careless::kNothing, bucket);
  EXPECT_TRUE(probed) << probed.error().message;
  EXPECT_TRUE(bucket->keys().empty());
}

TEST(Probe, RefusesEveryKindOfCarelessStoreByName) {
  for (const Careless careless :
       {Careless::kIfAbsent, Careless::kIfGeneration, Careless::kRefusesAll, Careless::kLoses}) {
    const auto bucket = std::make_shared<MemoryBucket>();
    const auto probed = probe(careless, bucket);
    ASSERT_FALSE(probed) << static_cast<int>(careless);
    EXPECT_EQ(probed.error().code, Errc::kInvalid) << static_cast<int>(careless);
    EXPECT_NE(probed.error().message.find("careless://store"), std::string::npos);
    EXPECT_NE(probed.error().hint, "");
    EXPECT_TRUE(bucket->keys().empty()) << static_cast<int>(careless);
  }
}

TEST(Probe, AStoreThatCannotBeAskedSaysWhy) {
  const auto probed = probe(Careless::kDenies, std::make_shared<MemoryBucket>());
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().code, Errc::kDenied);
}

}  // namespace
}  // namespace coditect::objects
