#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/acp/acp_host.h"
#include "agents/acp/peer.h"
#include "agents/agent_host.h"
#include "agents/external_agent.h"
#include "providers/transcript.h"

namespace coditect::agents::acp {

/// A session with a program: how it is opened, and what is said in it.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it.
/// Errors:   kDenied and kInvalid for what trying again does not mend, such as a program that
///           wants somebody to log in; kUnavailable for the rest.
class AcpSession {
 public:
  struct Parts {
    AgentHost& host;
    Peer& peer;
    const ExternalAgent& agent;
    const tools::Caller& caller;
  };
  /// How a session was come by.
  enum class Way {
    kNew,       ///< there was none, or it could not be opened again
    kGoneOnTo,  ///< it knows what was said before
  };

  explicit AcpSession(Parts parts) : parts_(parts) {}

  /// Agrees on the protocol's version.
  awaitable<Result<void>> initialise();
  /// Goes on with session `known` where the program can, else begins one; the log has which.
  awaitable<Result<Way>> open(std::string known);
  /// Says something, with pictures that are fetched, and waits for the end of the turn for as long
  /// as it takes. A program that takes no pictures is told that there were some.
  awaitable<Result<Reply>> prompt(std::string text, std::vector<providers::ImageBlock> images);
  /// Asks for the end of the turn.
  awaitable<Result<void>> cancel();

 private:
  awaitable<Result<json::object>> need(std::string method, json::object params);
  /// Errc::kUnavailable, with why, where the program cannot.
  awaitable<Result<std::string>> go_on(std::string known);
  awaitable<Result<json::object>> begin();
  awaitable<Result<void>> authenticate(const std::string& why);
  awaitable<Result<void>> record(std::string_view how, std::string_view error);

  const Parts parts_;
  // Touched only on the strand.
  json::object capabilities_;
  json::array auth_methods_;
  json::object program_;  ///< {name, version} as it calls itself
  std::string id_;
};

}  // namespace coditect::agents::acp
