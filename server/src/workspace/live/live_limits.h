#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// What is live and in memory alone. Each line says what happens when it is reached.
namespace coditect::limits {

inline constexpr std::uint64_t kPresencePerSecondMax = 50;  // of one connection: refused
inline constexpr std::int64_t kPresenceOffsetMax = 16 << 20;

inline constexpr std::size_t kLiveDocumentsMax = 64;  // of a workspace: refused
inline constexpr std::size_t kLiveTextUnitsMax = 512u
                                                 << 10;  // UTF-16; edited by one at a time then
inline constexpr std::size_t kLiveUpdatesKept = 5'000;   // who is behind reads the text
inline constexpr std::size_t kLiveUpdateBytesKept = 2u << 20;
inline constexpr std::size_t kLivePushMax = 200;             // updates of one push: refused
inline constexpr std::size_t kLiveClientBytesMax = 64;       // of a client's name: refused
inline constexpr std::size_t kLiveHintBytesMax = 16u << 10;  // larger updates are pulled
inline constexpr std::chrono::seconds kLiveSilenceMax{60};   // of a client without a socket: gone
inline constexpr std::chrono::seconds kLiveOrphanKept{60};   // for those who come back

}  // namespace coditect::limits
