#pragma once

#include <vector>

#include "storage/replication/keys.h"

namespace coditect::replication {

/// Which places of `logs` a manifest still names once its segments hold every event that bundles
/// before `log`, the owner's, may hold. `needed` are the first bundles that are read for something
/// else: page changes since a database's snapshot. The order, by age, stays.
std::vector<LogPlace> trim_logs(const std::vector<LogPlace>& logs, const LogPlace& log,
                                const std::vector<LogPlace>& needed);

}  // namespace coditect::replication
