#pragma once

#include <chrono>
#include <cstddef>

/// Limits of approvals. Each line says what happens when it is reached.
namespace coditect::approvals {

inline constexpr std::size_t kRulesMax = 100;             // of a workspace: refused
inline constexpr std::size_t kPatternBytesMax = 1'000;    // of a rule: refused
inline constexpr std::size_t kNoteBytesMax = 4'000;       // refused
inline constexpr std::size_t kShownBytesMax = 16u << 10;  // of one text of a call: cut, says so
inline constexpr std::size_t kClosedKept = 200;        // of older ones nobody says how they ended
inline constexpr std::chrono::seconds kTimeoutMin{1};  // refused below
inline constexpr std::chrono::seconds kTimeoutMax{7 * 24 * 60 * 60};  // refused above
inline constexpr std::chrono::seconds kTimeoutDefault{30 * 60};       // then denied

}  // namespace coditect::approvals
