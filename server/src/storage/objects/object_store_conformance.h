#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/objects/object_store.h"

/// The tests that every store passes. A backend's own test file instantiates them:
///
///   INSTANTIATE_TEST_SUITE_P(Memory, ObjectStoreConformance, testing::Values(backend),
///                            conformance_name);
namespace coditect::objects {

/// An empty store and what a test may do behind its back.
///
/// Lifetime: its destructor removes whatever it has made outside of the process.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ObjectStore& store() = 0;
  /// Changes bytes of a stored content so that its recorded checksum is wrong. False where this
  /// cannot be done from outside.
  virtual bool damage(const std::string& key) = 0;
};

struct StoreBackend {
  std::string name;  ///< letters and digits
  /// Nothing where the store's peer is not installed: the tests are skipped.
  std::function<std::unique_ptr<StoreUnderTest>(asio::any_io_executor)> make;
  /// False for a peer that refuses puts into a folder while it removes that folder as empty.
  bool empties_folders = true;
};

inline std::string conformance_name(const testing::TestParamInfo<StoreBackend>& info) {
  return info.param.name;
}

/// One store on an io_context that several threads run while a story is told.
class ObjectStoreConformance : public testing::TestWithParam<StoreBackend> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Runs a story to its end.
  template <class T>
  T run(awaitable<T> story) {
    std::optional<T> told;
    spawn(keep(std::move(story), told));
    run_threads();
    return *std::move(told);
  }
  void run(awaitable<void> story) {
    spawn(std::move(story));
    run_threads();
  }
  /// Runs stories at the same time.
  template <class T>
  std::vector<T> run_all(std::vector<awaitable<T>> stories) {
    std::vector<std::optional<T>> told(stories.size());
    for (std::size_t i = 0; i < stories.size(); ++i) spawn(keep(std::move(stories[i]), told[i]));
    run_threads();
    std::vector<T> results;
    for (auto& result : told) results.push_back(*std::move(result));
    return results;
  }

  ObjectStore& store() { return backend_->store(); }

  // The calls of ObjectStore, run to their end.
  Result<ObjectInfo> put(const std::string& key, const std::string& content,
                         Condition condition = Always{});
  Result<ObjectInfo> put_stream(const std::string& key, ByteSource& source,
                                Condition condition = Always{});
  Result<ObjectStore::Object> get(const std::string& key, Range range = {},
                                  std::size_t bytes_max = kGetBytesMax);
  Result<ObjectInfo> head(const std::string& key);
  Result<void> remove(const std::string& key);
  /// Every key below `prefix`, from pages of `limit`.
  std::vector<std::string> keys(const std::string& prefix, std::size_t limit);
  /// The content, or the name of its error's code.
  std::string content(const std::string& key, Range range = {});

  static constexpr std::size_t kGetBytesMax = 64u << 20;

  asio::io_context io_;
  std::unique_ptr<StoreUnderTest> backend_;

 private:
  template <class T>
  static awaitable<void> keep(awaitable<T> story, std::optional<T>& told) {
    told = co_await std::move(story);
  }
  void spawn(awaitable<void> story);
  void run_threads();
};

}  // namespace coditect::objects
