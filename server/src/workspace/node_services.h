#pragma once

#include "agents/agent_directory.h"
#include "async/blocking_pool.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/lifecycle/stuck_limits.h"
#include "coordination/locks/ladder.h"
#include "providers/embeddings/embedder.h"
#include "providers/prices/cost.h"
#include "storage/databases/catalogue.h"
#include "storage/journal/journal.h"
#include "tools/sandbox/piped_process.h"
#include "tools/sandbox/terminal.h"
#include "tools/toolbox.h"
#include "workspace/approvals/question_listener.h"
#include "workspace/context/shared_context.h"
#include "workspace/files/watcher.h"
#include "workspace/log/ack_gate.h"
#include "workspace/mcp/mcp_settings.h"
#include "workspace/secrets/secret_store.h"

namespace coditect::workspace {

/// What all workspaces of a node share. main makes it and passes it down.
///
/// Threads:  every member may be used from any thread.
/// Lifetime: outlives every workspace.
struct NodeServices {
  const Clock& clock;
  Random& random;
  journal::Journal& journal;
  databases::Catalogue& catalogue;
  BlockingPool& disk;      ///< files, git, archive
  BlockingPool& database;  ///< SQLite
  Watcher& watcher;
  const agents::AgentDirectory& agents;
  const tools::ToolBox& tools;
  tools::TerminalLauncher& terminals;
  AckGate* gate = nullptr;  ///< null where nothing leaves the machine
  const providers::PriceBook& prices = providers::built_in_prices();
  /// How long nothing may be heard of an agent at work.
  std::chrono::milliseconds agent_silence_max = limits::kAgentSilenceMax;
  /// How long an agent waits for a lock before something is done about it.
  locks::Ladder ladder = {};
  SecretStore* secrets = nullptr;           ///< null where there are none
  QuestionListener* questions = nullptr;    ///< null where nobody outside wants to know
  providers::Embedder* embedder = nullptr;  ///< null where no embeddings are configured
  SharedContext shared_context = SharedContext::kGiven;
  tools::PipedLauncher* programs = nullptr;  ///< starts agents that are programs; null: none are
  const McpSettings* mcp = nullptr;          ///< of connections to MCP servers; null: the defaults
};

}  // namespace coditect::workspace
