#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/acp/conversation.h"
#include "app/acp/updates.h"
#include "base/json.h"

namespace coditect::app {

/// A conversation in an editor, and the task that answers it now.
///
/// Threads: guarded by its owner.
struct AcpSession {
  /// A call of a tool that has not ended.
  struct ToolCall {
    std::string tool;
    std::optional<ShownChange> change;
  };
  /// What is under way for the prompt that was sent last.
  struct Running {
    json::value request;  ///< the id of session/prompt, to be answered at the end
    std::string task;
    std::string said;
    std::string answered;
    std::string shown;   ///< of the answer that the model writes now
    std::string logged;  ///< of it, what has come as agent_message
    bool cancelling = false;
    bool request_cancelled = false;              ///< not the turn, but the request that began it
    std::map<std::string, ToolCall> calls = {};  // by the call's id, in the order of the log
    std::vector<std::string> call_order = {};
  };

  std::string id;
  std::string folder;  ///< the editor's, absolute
  std::vector<Turn> turns = {};
  std::optional<Running> running = std::nullopt;
};

/// What is still to be shown of an answer, now that the model has written `whole` of it.
std::string unshown(AcpSession::Running& running, const std::string& whole);
/// The same, once `text` has come as a message of its own.
std::string unshown_message(AcpSession::Running& running, const std::string& text);

}  // namespace coditect::app
