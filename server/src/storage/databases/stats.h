#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace coditect::databases {

/// What a Catalogue has done since it was created, for metrics and tests.
struct Stats {
  std::size_t open_databases = 0;
  std::size_t open_connections = 0;
  std::uint64_t connections_opened = 0;
  std::uint64_t databases_evicted = 0;
  std::uint64_t databases_created = 0;  ///< from a template: new ones and rebuilt ones
  std::uint64_t events_applied = 0;     ///< once for each database
  std::uint64_t checkpoints = 0;        ///< in the background
  std::uint64_t checkpoints_failed = 0;
};

/// The counters behind Stats that databases share.
///
/// Threads: any.
struct Counters {
  std::atomic<std::size_t> open_connections = 0;
  std::atomic<std::uint64_t> connections_opened = 0;
  std::atomic<std::uint64_t> databases_created = 0;
  std::atomic<std::uint64_t> events_applied = 0;
  std::atomic<std::uint64_t> checkpoints = 0;
  std::atomic<std::uint64_t> checkpoints_failed = 0;
};

}  // namespace coditect::databases
