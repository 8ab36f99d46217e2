#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "tools/sandbox/piped_process.h"

namespace coditect::agents::acp {

/// The program of an agent while it runs.
///
/// Threads:    one strand.
/// Lifetime:   `pool` outlives it. Await end() before destroying it.
/// Invariants: after end() no process of it is left.
class AcpProcess {
 public:
  static awaitable<Result<std::unique_ptr<AcpProcess>>> start(const Strand& strand,
                                                              tools::PipedLauncher& launcher,
                                                              BlockingPool& pool,
                                                              tools::PipedSpec spec);

  FileDescriptor take_stream() { return process_->take_stream(); }
  /// Begins to end it.
  void kill();
  /// Lets it end by itself for as long as limits::kAcpEndMax, then ends it; returns when it is
  /// gone.
  awaitable<void> end();
  /// After end(): how it ended by itself, in words, with the end of what it complained of; "" where
  /// it was ended.
  std::string ending() const;
  /// After end(): whether there was no such program.
  bool missing() const;

 private:
  /// Shared with the thread that follows the program.
  struct State {
    explicit State(const Strand& strand) : changed(strand) {}
    std::optional<Result<tools::CommandResult>> end;
    Notifier changed;
  };

  AcpProcess(BlockingPool& pool, std::shared_ptr<State> state,
             std::unique_ptr<tools::PipedProcess> process)
      : pool_(pool), state_(std::move(state)), process_(std::move(process)) {}

  BlockingPool& pool_;
  // Touched only on the strand.
  const std::shared_ptr<State> state_;
  std::unique_ptr<tools::PipedProcess> process_;
};

}  // namespace coditect::agents::acp
