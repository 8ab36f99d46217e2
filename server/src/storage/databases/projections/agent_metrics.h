#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `agent_metrics`: tasks, tool calls, tokens, cost, errors and retries.
extern const Projection kAgentMetrics;

}  // namespace coditect::databases
