#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

struct MomentFile {
  std::string path;
  std::string hash;
  std::uint64_t size = 0;
  std::uint32_t mode = 0644;
};

/// The project's files right after event `seq`, by path.
Result<std::vector<MomentFile>> moment_files(const View& view, Sequence seq);

}  // namespace coditect::databases
