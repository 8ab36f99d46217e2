#pragma once

#include <cstddef>
#include <functional>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::replication {

/// Calls `work(0)` to `work(count - 1)`, up to `at_once` of them at a time on one strand, and
/// returns when all of them have ended. After an error none is begun; it is returned.
///
/// `work` is no coroutine itself: what it captures lives as long as the caller's frame.
awaitable<Result<void>> for_each(std::size_t count, std::size_t at_once,
                                 std::function<awaitable<Result<void>>(std::size_t)> work);

}  // namespace coditect::replication
