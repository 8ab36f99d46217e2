#pragma once

#include <chrono>
#include <cstddef>

// Limits of what a workspace has to do with MCP servers. Each line says what happens there.
namespace coditect::limits {

inline constexpr std::size_t kMcpServersMax = 16;          // of a workspace: refused
inline constexpr std::size_t kMcpEntriesMax = 50;          // variables, headers, tools: refused
inline constexpr std::size_t kMcpTextBytesMax = 4u << 10;  // of one word or value: refused
inline constexpr std::size_t kMcpToolsMax = 256;           // of all servers: the rest is left out
inline constexpr std::size_t kMcpOutboxBytesMax = 64u << 20;  // that it does not read: it is ended
inline constexpr std::size_t kMcpOutboxMax = 1'000;           // messages of it, likewise
inline constexpr std::size_t kMcpUnaskedMax = 10'000;  // messages after a question: it is ended
inline constexpr std::size_t kMcpLogLinesMax = 200;    // of a connection, in our log: dropped
/// How long a task waits for the tools of a server before it begins without them.
inline constexpr std::chrono::seconds kMcpOfferMax{5};
/// To start and to list its tools, for each step: it is ended.
inline constexpr std::chrono::seconds kMcpStartMax{30};
/// For an answer to the newest revision's first question: then an older one is tried.
inline constexpr std::chrono::seconds kMcpProbeMax{10};
/// After which a list of tools over HTTP, where nobody says that it changed, is asked for again.
inline constexpr std::chrono::seconds kMcpListFresh{60};
/// A call without progress: it fails. `timeout_s` of a server says how long, up to the most that
/// any call takes in all, which is less than what makes an agent look stuck (kAgentSilenceMax).
inline constexpr std::chrono::seconds kMcpCallDefault{120};
inline constexpr std::chrono::seconds kMcpCallMax{900};
/// Between two starts of a server that fails: doubled each time.
inline constexpr std::chrono::seconds kMcpBackOffMin{1};
inline constexpr std::chrono::seconds kMcpBackOffMax{60};
/// To end by itself once nothing more is to come: it is ended.
inline constexpr std::chrono::seconds kMcpEndMax{1};

}  // namespace coditect::limits
