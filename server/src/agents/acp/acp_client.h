#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "agents/acp/acp_terminals.h"
#include "agents/acp/call_book.h"
#include "agents/acp/narrator.h"
#include "agents/acp/peer.h"
#include "agents/acp/turn_stop.h"

namespace coditect::agents::acp {

/// What the program reports to have used.
struct ReportedUse {
  std::optional<double> session_usd;  ///< of the whole session, where it says it in dollars
  std::int64_t context_tokens = 0;    ///< that its next prompt has, as it says
};

/// The client's side of the Agent Client Protocol, version 1: what the program asks and tells.
/// Files go through the workspace, commands through its sandbox, and both through its rules.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it. Await close() before destroying it.
/// Errors:   what cannot be done is answered to the program; a failing log ends the connection.
class AcpClient final : public PeerHandler {
 public:
  struct Parts {
    AgentHost& host;
    AcpHost& workspace;
    const tools::ToolBox& tools;
    const tools::Caller& caller;
    std::string id_prefix;
    std::stop_token stop;  ///< of the run: what waits is given up
  };

  AcpClient(const Strand& strand, Parts parts);

  // PeerHandler
  awaitable<Result<json::value>> on_request(std::string method, json::object params) override;
  awaitable<Result<void>> on_notification(std::string method, json::object params) override;

  /// Whether what the program tells is what was said before: it opens an old session.
  enum class Telling { kOld, kNew };
  void hear(Telling telling) { telling_ = telling; }
  /// A turn begins; cancel_turn() gives up what waits in it.
  void begin_turn() { turn_.begin(); }
  void cancel_turn() { turn_.cancel(); }
  /// Logs what was said; what was said last.
  awaitable<Result<std::string>> end_turn();
  /// Logs what is left open. The run's stop was requested before.
  awaitable<Result<void>> close(std::string why);

  const ReportedUse& use() const { return use_; }

 private:
  awaitable<Result<void>> take_update(const json::object& update);
  awaitable<Result<json::value>> read_file(const json::object& params);
  awaitable<Result<json::value>> write_file(const json::object& params);

  const Parts parts_;
  // Touched only on the strand.
  TurnStop turn_;
  Telling telling_ = Telling::kNew;
  ReportedUse use_;
  Narrator narrator_;
  CallBook calls_;
  AcpTerminals terminals_;
};

}  // namespace coditect::agents::acp
