#pragma once

#include <chrono>
#include <cstddef>

// Limits of what a server may do to its client. Each line says what happens when it is reached.
namespace coditect::mcp::limits {

inline constexpr std::size_t kMessageBytesMax = 16u << 20;     // of one message: the call fails
inline constexpr std::size_t kToolsMax = 128;                  // of a server: the rest is left out
inline constexpr std::size_t kToolPagesMax = 50;               // of a list: the rest is left out
inline constexpr std::size_t kSchemaBytesMax = 32u << 10;      // of a tool: it is left out
inline constexpr std::size_t kSchemasBytesMax = 256u << 10;    // of a server: the rest is left out
inline constexpr std::size_t kDescriptionBytesMax = 4u << 10;  // of a tool: cut
inline constexpr std::size_t kGarbageLinesMax = 20;            // that are no message: it is ended
inline constexpr int kResumptionsMax = 100;                    // of one answer: the call fails
inline constexpr std::chrono::seconds kResumeWaitMax{30};      // that a server may ask for
inline constexpr std::chrono::seconds kConnectMax{10};         // name, TCP, proxy, TLS, each

}  // namespace coditect::mcp::limits
