#pragma once

#include <chrono>
#include <stop_token>

namespace coditect::databases {

/// How long a caller waits for its turn, and how it gives up.
struct Wait {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;
};

}  // namespace coditect::databases
