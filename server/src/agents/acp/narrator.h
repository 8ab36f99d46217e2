#pragma once

#include <chrono>
#include <string>

#include "agents/agent_host.h"

namespace coditect::agents::acp {

/// What the program says, on its way to those who watch: as it streams a preview, then messages
/// in the log.
///
/// Threads:  the workspace's strand.
/// Lifetime: `host` and `caller` outlive it.
/// Errors:   those of the log.
class Narrator {
 public:
  Narrator(AgentHost& host, const tools::Caller& caller, std::string id_prefix)
      : host_(host), caller_(caller), id_prefix_(std::move(id_prefix)) {}

  /// A piece of a message; `message` is its id, "" where the program gives none.
  awaitable<Result<void>> say(std::string text, std::string message);
  /// A sign of life that says nothing for the log.
  void alive();
  /// What was said since the last flush() is a message.
  awaitable<Result<void>> flush();
  /// The plan that the program goes by, all of it.
  awaitable<Result<void>> plan(json::array entries);
  /// What was said last.
  const std::string& last() const { return last_; }

 private:
  using Clock = std::chrono::steady_clock;

  AgentHost& host_;
  const tools::Caller& caller_;
  const std::string id_prefix_;
  // Touched only on the strand.
  std::string text_;
  std::string message_;  ///< the id of what is said now
  std::string last_;
  Clock::time_point shown_at_{};
  int messages_ = 0;
};

}  // namespace coditect::agents::acp
