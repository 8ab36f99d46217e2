#pragma once

#include <chrono>
#include <cstddef>

/// Limits of the way out that commands get. Each line says what happens when it is reached.
namespace coditect::limits {

inline constexpr std::size_t kNetworkPatternsMax = 1'000;  // of the configuration: refused
inline constexpr std::size_t kHostBytesMax = 253;          // of a name, as DNS has it: refused
inline constexpr std::size_t kProxyConnectionsMax = 64;  // of one command at once: later ones wait
inline constexpr std::size_t kProxyHeadBytesMax = 32u << 10;  // of a request: refused
inline constexpr std::size_t kProxyAddressesMax = 8;          // of a host: the others are not tried
inline constexpr std::size_t kVisitsMax = 100;  // hosts of one command: the last says so
inline constexpr std::chrono::seconds kProxyHeadTimeMax{30};      // then closed
inline constexpr std::chrono::seconds kProxyConnectTimeMax{20};   // with the look-up: answered 504
inline constexpr std::chrono::seconds kProxySilenceMax{10 * 60};  // of both sides: closed
inline constexpr std::chrono::seconds kProxyFarewellMax{2};       // for a client to read a refusal

}  // namespace coditect::limits
