#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/objects/memory/memory_bucket.h"
#include "storage/objects/object_store.h"
#include "storage/replication/simulation/world.h"

namespace coditect::replication::simulation {

/// What lies between the simulated processes and their one object store.
struct Network {
  /// How the store itself is broken: what the negative controls are made of.
  enum class Conditions {
    kKept,
    kIgnoredForBundles,  ///< a bundle is written over another one
  };

  explicit Network(World& its_world) : world(its_world) {}

  World& world;
  std::shared_ptr<objects::MemoryBucket> bucket = std::make_shared<objects::MemoryBucket>();
  Conditions conditions = Conditions::kKept;
  /// Called when an object has just been written.
  std::function<void(const std::string& key, std::string_view content)> on_put;

  // Faults. Nothing goes wrong where all are zero and no link is cut.
  unsigned slow_permille = 0;  ///< a request takes up to slow_max
  milliseconds slow_max{20'000};
  unsigned lost_permille = 0;   ///< a request; and as many answers
  unsigned twice_permille = 0;  ///< a request arrives twice, the second time late
  SteadyTime storm_until{};     ///< every request is refused with 429
  SteadyTime cut_until{};       ///< nothing arrives, or nothing comes back
};

/// One process's way to the store. Requests that are on their way arrive even when their sender is
/// paused or dead.
///
/// Threads:  the world's strand.
/// Lifetime: `network` outlives it.
/// Errors:   Errc::kUnavailable for everything that a network does.
class NetworkStore final : public objects::ObjectStore {
 public:
  NetworkStore(Network& network, std::shared_ptr<Process> process)
      : network_(network), process_(std::move(process)) {}

  /// Cuts this process off, in one direction or both.
  SteadyTime cut_until{};

  awaitable<Result<objects::ObjectInfo>> put(std::string key, std::string content,
                                             objects::Condition condition) override;
  awaitable<Result<objects::ObjectInfo>> put(std::string key, objects::ByteSource& source,
                                             objects::Condition condition) override;
  awaitable<Result<Object>> get(std::string key, objects::Range range,
                                std::size_t bytes_max) override;
  awaitable<Result<objects::ObjectInfo>> read(std::string key, objects::Range range,
                                              const objects::ByteSink& sink) override;
  awaitable<Result<objects::ObjectInfo>> head(std::string key) override;
  awaitable<Result<objects::ListPage>> list(std::string prefix, std::string next,
                                            std::size_t limit) override;
  awaitable<Result<void>> remove(std::string key) override;
  awaitable<void> close() override { co_return; }
  std::string description() const override { return "simulated"; }

 private:
  template <class T>
  awaitable<Result<T>> call(std::function<Result<T>()> effect);
  struct Fate;
  Fate decide();

  Network& network_;
  const std::shared_ptr<Process> process_;
};

}  // namespace coditect::replication::simulation
