#pragma once

#include <cstddef>

/// What people may say to tasks under way. Reached: refused with Errc::kLimit.
namespace coditect::limits {

inline constexpr std::size_t kSteeringBytesMax = 64u << 10;  // of one message
inline constexpr std::size_t kSteeringUnheardMax = 20;       // messages that a task has not heard

}  // namespace coditect::limits
