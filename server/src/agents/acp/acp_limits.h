#pragma once

#include <chrono>
#include <cstddef>

/// Limits of what another program's agent may do to the server. Each line says what happens when
/// it is reached.
namespace coditect::limits {

inline constexpr std::size_t kAcpLineBytesMax = 32u << 20;   // of one message: the program is ended
inline constexpr int kAcpGarbageLinesMax = 20;               // that are no message: it is ended
inline constexpr std::size_t kAcpRequestsMax = 64;           // of its own at once: refused
inline constexpr std::size_t kAcpCallsMax = 10'000;          // of tools in one run: it is ended
inline constexpr std::size_t kAcpTerminalsMax = 16;          // at once: refused
inline constexpr std::size_t kAcpInputBytesMax = 16u << 10;  // of a call's input, in the log: cut
inline constexpr std::size_t kAcpPlanEntriesMax = 100;       // in the log: left out
inline constexpr std::size_t kAcpMessageBytesMax = 256u
                                                   << 10;  // of one message: goes on in another
// To initialise and to open a session, each: the program is ended and the task tried again.
inline constexpr std::chrono::seconds kAcpStartMax{120};
// To end a turn that is cancelled: the program is ended.
inline constexpr std::chrono::seconds kAcpCancelMax{3};
// To end by itself once nothing more is to come: it is ended.
inline constexpr std::chrono::seconds kAcpEndMax{2};

}  // namespace coditect::limits
