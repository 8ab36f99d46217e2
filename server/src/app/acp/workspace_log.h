#pragma once

#include <string>
#include <vector>

#include "app/acp/conversation.h"
#include "app/client/client.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::app {

/// What the workspace's log holds of conversations in editors.
///
/// Threads:  any; blocking.
/// Lifetime: `client` outlives it.
class WorkspaceLog {
 public:
  /// A session as a list shows it.
  struct Known {
    std::string id;
    std::string title;
    std::string updated_at;  ///< when something was said last
  };
  /// One session with everything in it.
  struct Told {
    std::vector<Turn> turns;
    std::vector<json::object> events;  ///< task_queued, agent_message and tool_call, in order
  };

  WorkspaceLog(const Client& client, std::string workspace)
      : client_(client), workspace_(std::move(workspace)) {}

  /// The one in which something was said last comes first.
  Result<std::vector<Known>> sessions() const;
  /// Errc::kNotFound where nothing was said in a session of that id.
  Result<Told> session(const std::string& id) const;
  /// A file after an event; Errc::kNotFound where there was none.
  Result<std::string> file_at(const std::string& path, Sequence seq) const;

 private:
  /// Every event of these types from `from` on.
  Result<std::vector<json::object>> events(Sequence from, json::array types) const;

  const Client& client_;
  const std::string workspace_;
};

}  // namespace coditect::app
