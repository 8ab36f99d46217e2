#pragma once

#include <cstddef>

/// What tasks may delegate. Reached: refused with Errc::kLimit; the agent is told so and goes on.
namespace coditect::limits {

inline constexpr int kDelegationDepthMax = 3;          // a person's task has depth 0
inline constexpr std::size_t kDelegatedTasksMax = 20;  // by one task, finished ones included

}  // namespace coditect::limits
