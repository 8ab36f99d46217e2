#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include "agents/acp/acp_host.h"
#include "agents/acp/live_call.h"
#include "agents/acp/turn_stop.h"
#include "agents/agent_host.h"

namespace coditect::agents::acp {

/// The calls of its own tools that a program tells of and asks for: each is in the log, is let
/// through by the workspace's rules, and holds the locks of the files that it changes from before
/// it is allowed until it has ended.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. end_all() before it goes.
/// Invariants: what is answered allows one call, never a kind of calls; a file that the program may
///             change is locked for its agent.
/// Errors:     those of the log; a refusal is an answer.
class CallBook {
 public:
  struct Parts {
    AgentHost& host;
    AcpHost& workspace;
    const tools::Caller& caller;
    std::string id_prefix;  ///< makes ids unique in the log
    const TurnStop& stop;   ///< what waits is answered `cancelled`
  };

  explicit CallBook(Parts parts) : parts_(std::move(parts)) {}

  /// Takes a `tool_call` or `tool_call_update`.
  awaitable<Result<void>> take(json::object update);
  /// Answers session/request_permission.
  awaitable<Result<json::value>> permit(json::object params);
  /// Whether the program may change `path` by a call that was let through and has not ended.
  bool granted(const std::string& path) const;
  /// Whether it may run this command so.
  bool granted_command(std::string_view command) const;
  /// Ends what the program has left open, and gives back what is locked for it.
  awaitable<Result<void>> end_all(std::string_view why);

 private:
  /// The call of that id; a new one where there is none. Errc::kLimit for too many.
  Result<LiveCall*> call_of(const json::object& update);
  /// The call as it is now. Errc::kCancelled where it has ended.
  Result<LiveCall> find(const std::string& id) const;
  awaitable<Result<void>> begin(std::string id);
  awaitable<Result<void>> finish(std::string id);
  /// Nothing where the call may be carried out, else why not.
  awaitable<Result<void>> allow(std::string id, std::stop_token stop);
  awaitable<Result<void>> lock_files(std::string id, std::stop_token stop);
  /// Whether the files are as the call says that they are.
  awaitable<Result<void>> check_unchanged(std::string id);
  awaitable<Result<void>> release(std::string id);

  const Parts parts_;
  // Touched only on the strand.
  std::map<std::string, LiveCall> calls_;
  std::map<std::string, int> locked_;  ///< by path: for how many calls
  int told_ = 0;
};

}  // namespace coditect::agents::acp
