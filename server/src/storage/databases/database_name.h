#pragma once

#include <array>
#include <string_view>

#include "base/result.h"

namespace coditect::databases {

/// The six databases of a workspace.
enum class DatabaseName {
  kSessions,
  kMessages,
  kArtifacts,
  kParsedSessions,
  kAgentMetrics,
  kWorkspaceIndex,
};

inline constexpr std::array kDatabaseNames = {
    DatabaseName::kSessions,       DatabaseName::kMessages,     DatabaseName::kArtifacts,
    DatabaseName::kParsedSessions, DatabaseName::kAgentMetrics, DatabaseName::kWorkspaceIndex,
};

/// "sessions", ... "workspace_idx": the file's name without ".db".
std::string_view to_string(DatabaseName name);
/// Errc::kNotFound with the six names as its hint.
Result<DatabaseName> parse_database_name(std::string_view text);

}  // namespace coditect::databases
