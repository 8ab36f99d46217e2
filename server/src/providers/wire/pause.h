#pragma once

#include <chrono>
#include <stop_token>

#include "async/strand.h"

namespace coditect::providers {

enum class PauseEnd { kElapsed, kStopped };

/// Waits for `length` or until `stop` is requested, from any thread, whichever comes first.
/// Awaited on a strand or a single-threaded executor.
awaitable<PauseEnd> pause(std::chrono::milliseconds length, std::stop_token stop);

}  // namespace coditect::providers
