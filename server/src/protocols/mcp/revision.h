#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"
#include "protocols/mcp/message.h"

namespace coditect::mcp {

/// How a client speaks. Legacy revisions open a session with `initialize`; since 2026-07-28 every
/// request says for itself who asks and in which revision.
enum class Era { kLegacy, kModern };

inline constexpr std::string_view kModernRevision = "2026-07-28";
inline constexpr std::string_view kNewestLegacy = "2025-11-25";

/// Every revision that is spoken, newest first.
std::span<const std::string_view> revisions();
/// Whether it is one of those that begin with `initialize`.
bool is_legacy(std::string_view revision);
/// What `initialize` answers to a client that wants `wanted`: the same where it is spoken,
/// otherwise the newest, and the client may leave.
std::string_view negotiated(std::string_view wanted);
/// Whether clients of a session understand an event without data, which 2025-11-25 introduced.
bool takes_priming_events(std::string_view revision);

/// The revision that a request's `_meta` names.
std::optional<std::string> named_revision(const json::object& params);
/// How to read a request, by what it says of itself.
Era era_of(const net::Headers& headers, const Request& request);

}  // namespace coditect::mcp
