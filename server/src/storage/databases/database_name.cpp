#include "storage/databases/database_name.h"

#include <string>

#include "base/check.h"

namespace coditect::databases {

std::string_view to_string(DatabaseName name) {
  switch (name) {
    case DatabaseName::kSessions: return "sessions";
    case DatabaseName::kMessages: return "messages";
    case DatabaseName::kArtifacts: return "artifacts";
    case DatabaseName::kParsedSessions: return "parsed_sessions";
    case DatabaseName::kAgentMetrics: return "agent_metrics";
    case DatabaseName::kWorkspaceIndex: return "workspace_idx";
  }
  check(false, "a database without a name");
  return {};
}

Result<DatabaseName> parse_database_name(std::string_view text) {
  std::string known;
  for (const DatabaseName name : kDatabaseNames) {
    if (to_string(name) == text) return name;
    known += (known.empty() ? "" : ", ") + std::string(to_string(name));
  }
  return not_found("there is no database '" + std::string(text) + "'", "choose one of " + known);
}

}  // namespace coditect::databases
