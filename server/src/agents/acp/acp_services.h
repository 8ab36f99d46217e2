#pragma once

#include "async/blocking_pool.h"

namespace coditect::tools {
class PipedLauncher;
class ToolBox;
}  // namespace coditect::tools

namespace coditect::agents::acp {

class AcpHost;

/// What runs of programs that are agents share in a workspace.
///
/// Lifetime: outlives every run.
struct AcpServices {
  AcpHost& workspace;
  tools::PipedLauncher& launcher;
  const tools::ToolBox& tools;
  BlockingPool& pool;  ///< starts and joins processes
};

}  // namespace coditect::agents::acp
