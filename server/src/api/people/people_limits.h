#pragma once

#include <chrono>
#include <cstddef>

/// Each line says what happens when it is reached.
namespace coditect::limits {

inline constexpr std::size_t kPeopleMax = 1'000;     // removed ones included: nobody can join
inline constexpr std::size_t kInvitationsMax = 100;  // that are open: refused
inline constexpr std::size_t kPersonNameBytesMax = 32;
inline constexpr int kInvitationUsesMax = 100;
inline constexpr std::chrono::hours kInvitationLife{7 * 24};  // where none is asked for
inline constexpr std::chrono::hours kInvitationLifeMax{30 * 24};
inline constexpr std::size_t kJoinBodyBytesMax = 4u << 10;  // 413
inline constexpr int kJoinFailuresMax = 10;                 // of an address in a minute: 429
inline constexpr std::size_t kJoinAddressesMax = 10'000;    // the count starts anew

}  // namespace coditect::limits
