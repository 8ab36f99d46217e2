#pragma once

#include <chrono>
#include <cstddef>

// Limits of an MCP server. Each line says what happens when it is reached.
namespace coditect::mcp::limits {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr std::size_t kSessionsMax = 1000;       // the one that is idle the longest is ended
inline constexpr hours kSessionIdleMax{1};              // ended; the client begins a new one
inline constexpr std::size_t kCallsMax = 1000;          // under way: 503
inline constexpr std::size_t kListenersMax = 1000;      // of changes: 503
inline constexpr std::size_t kSubscriptionsMax = 1000;  // of one client: refused
inline constexpr std::size_t kStreamBytesMax = 8u << 20;  // unread: notifications are dropped
inline constexpr std::size_t kKeptStreamsMax = 16;        // of a session: the oldest is dropped
inline constexpr minutes kStateLife{15};                  // of a requestState: refused
inline constexpr minutes kAnswerTimeMax{30};              // of a question to a client: an error
inline constexpr seconds kQuietMax{5};    // without a message: the answer becomes a stream
inline constexpr seconds kKeepAlive{15};  // a comment is sent, so that nobody hangs up
inline constexpr int kRetryMs = 500;      // after which a client whose stream ended comes back

}  // namespace coditect::mcp::limits
