#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/simulation/network.h"
#include "storage/replication/simulation/world.h"

namespace coditect::replication::simulation {

/// A process with its own clock and its own way to the store.
struct Actor {
  explicit Actor(Network& network)
      : process(std::make_shared<Process>()),
        store(network, process),
        timing(network.world, process) {}

  std::shared_ptr<Process> process;
  NetworkStore store;
  WorldTiming timing;
};

/// Stories of a few processes and a store, told as coroutines in simulated time.
class StoryTest : public testing::Test {
 protected:
  /// Runs a story to its end; an hour of simulated time is too long for any.
  void play(awaitable<void> story) {
    bool done = false;
    asio::co_spawn(world_.strand(), std::move(story), [&done](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      done = true;
    });
    world_.run_until(world_.now() + seconds{3'600}, [&done] { return done; });
    ASSERT_TRUE(done) << "the story does not end";
  }

  /// Puts an object there without a network.
  void place(const std::string& key, std::string content) {
    auto bytes = std::make_shared<const std::string>(std::move(content));
    check(network_.bucket->put(key, std::move(bytes), objects::Always{}).ok());
  }
  bool exists(const std::string& key) { return network_.bucket->get(key).ok(); }

  /// A bundle of events `first` to `last` of each workspace.
  static std::string bundle_of(BundleHead head, const std::vector<std::string>& workspaces,
                               Sequence first, Sequence last) {
    BundleWriter writer(std::move(head));
    for (const std::string& workspace : workspaces) {
      Entry entry;
      entry.workspace = WorkspaceId(workspace);
      entry.first = first;
      entry.last = last;
      std::string content;
      for (Sequence seq = first; seq <= last; ++seq) {
        content += workspace + " " + std::to_string(seq) + "\n";
      }
      check(writer.add(std::move(entry), content).ok());
    }
    return std::move(writer).finish();
  }

  World world_{1};
  Network network_{world_};
};

}  // namespace coditect::replication::simulation
