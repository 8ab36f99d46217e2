#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdlib.h>
#include <string>
#include <utility>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/objects/memory/memory_store.h"
#include "storage/replication/restore/event_tail.h"

namespace coditect::replication {

/// A folder of its own that is removed with everything in it.
class ScratchFolder {
 public:
  ScratchFolder() : path_(testing::TempDir() + "replication-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

/// Plays one coroutine after the other to its end.
class Player {
 public:
  template <class T>
  T play(awaitable<T> story) {
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(io_, std::move(story), [&](std::exception_ptr error, T value) {
      failure = error;
      if (!error) result = std::move(value);
    });
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
    return *std::move(result);
  }

 private:
  asio::io_context io_;
};

/// Faults of one's own making, and a record of what was asked.
class WatchedFaults final : public objects::Faults {
 public:
  objects::Fault next(objects::StoreCall call, std::string_view key) override {
    if (call == objects::StoreCall::kPut) ++puts[std::string(key)];
    if (call == objects::StoreCall::kList) ++lists;
    return decide ? decide(call, key) : objects::Fault{};
  }

  std::function<objects::Fault(objects::StoreCall, std::string_view key)> decide;
  std::map<std::string, int> puts;
  int lists = 0;
};

/// The nodes' logs, in memory: bundles of entries.
class MemoryTail final : public EventTail {
 public:
  using Bundle = std::vector<std::pair<Entry, std::string>>;

  awaitable<Result<void>> read(WorkspaceId workspace, LogPlace from, EntrySink& sink) override {
    const std::vector<Bundle>& log = logs[{from.node, from.epoch}];
    for (std::size_t i = from.bundle - 1; i < log.size(); ++i) {
      for (const auto& [entry, content] : log[i]) {
        if (entry.workspace == workspace) CO_TRY_VOID(co_await sink.take(entry, content));
      }
    }
    co_return Result<void>{};
  }

  std::map<std::pair<NodeId, std::uint64_t>, std::vector<Bundle>> logs;
};

inline constexpr const char* kTestFolder =
    "organizations/local/teams/local/users/owner/workspaces/w_1";

}  // namespace coditect::replication
