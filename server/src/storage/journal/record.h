#pragma once

#include <string>

#include "base/strong_id.h"

namespace coditect::journal {

/// One line of one workspace's log on its way to the disk. The journal does not look into `line`.
struct Record {
  WorkspaceId workspace;
  Sequence seq = 0;
  std::string line;

  bool operator==(const Record&) const = default;
};

}  // namespace coditect::journal
