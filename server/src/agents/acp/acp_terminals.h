#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "agents/acp/call_book.h"
#include "agents/acp/output_tail.h"
#include "async/linked_stop.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "tools/toolbox.h"

namespace coditect::agents::acp {

/// The terminals that a program asks its client for: commands in a sandbox of their own, as those
/// of our own tools.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: a command runs only after the rules, or a person, have let it through.
/// Errors:     Errc::kNotFound for a terminal that is not there, kLimit for too many, kDenied.
class AcpTerminals {
 public:
  struct Parts {
    AgentHost& host;
    const tools::ToolBox& tools;
    const CallBook& calls;
    const tools::Caller& caller;
    std::string id_prefix;
    std::stop_token stop;
  };

  AcpTerminals(const Strand& strand, Parts parts);

  /// `method` is what follows "terminal/".
  awaitable<Result<json::value>> request(std::string method, json::object params);
  /// Ends all commands and waits for that.
  awaitable<void> close();

 private:
  struct Terminal {
    explicit Terminal(std::size_t bytes_max, std::stop_token run) : output(bytes_max), stop(run) {}
    OutputTail output;
    LinkedStop stop;
    std::optional<Result<tools::CommandResult>> end = std::nullopt;
  };
  using Shared = std::shared_ptr<Terminal>;

  awaitable<Result<json::value>> create(json::object params);
  awaitable<Result<void>> allow(const std::string& shown, const json::object& params);
  awaitable<void> run(Shared terminal, tools::CommandSpec spec, std::string shown);
  awaitable<Result<json::value>> wait_for_exit(Shared terminal);
  Result<Shared> find(const json::object& params) const;

  const Parts parts_;
  // Touched only on the strand.
  std::map<std::string, Shared> terminals_;
  int opened_ = 0;
  Notifier changed_;
  TaskGroup tasks_;
};

}  // namespace coditect::agents::acp
