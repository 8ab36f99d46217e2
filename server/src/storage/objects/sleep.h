#pragma once

#include <chrono>
#include <functional>

#include "async/strand.h"

namespace coditect::objects {

/// Resumes after a while; a simulation gives one that waits in its own time.
using Sleep = std::function<awaitable<void>(std::chrono::milliseconds)>;

/// A Sleep on the machine's monotonic clock, on the caller's executor.
awaitable<void> sleep_on_timer(std::chrono::milliseconds time);

}  // namespace coditect::objects
