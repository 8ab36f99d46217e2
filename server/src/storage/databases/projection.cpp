#include "storage/databases/projection.h"

#include <array>
#include <cstddef>

#include "base/check.h"
#include "base/sha256.h"
#include "storage/databases/projections/agent_metrics.h"
#include "storage/databases/projections/artifacts.h"
#include "storage/databases/projections/messages.h"
#include "storage/databases/projections/parsed_sessions.h"
#include "storage/databases/projections/sessions.h"
#include "storage/databases/projections/workspace_index.h"

namespace coditect::databases {

const Projection& projection(DatabaseName name) {
  static constexpr std::array<const Projection*, kDatabaseNames.size()> kProjections = {
      &kSessions, &kMessages, &kArtifacts, &kParsedSessions, &kAgentMetrics, &kWorkspaceIndex};
  const Projection& found = *kProjections.at(static_cast<std::size_t>(name));
  check(found.name == name);
  return found;
}

std::string schema_mark(const Projection& projection) {
  const std::string text = std::to_string(projection.revision) + "\n" + projection.schema;
  return sha256_hex(text).substr(0, 16);
}

}  // namespace coditect::databases
