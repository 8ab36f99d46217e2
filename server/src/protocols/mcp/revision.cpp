#include "protocols/mcp/revision.h"

#include <algorithm>

#include "protocols/mcp/meta.h"

namespace coditect::mcp {

namespace {

constexpr std::string_view kRevisions[] = {kModernRevision, kNewestLegacy, "2025-06-18",
                                           "2025-03-26", "2024-11-05"};

}  // namespace

std::span<const std::string_view> revisions() { return kRevisions; }

bool is_legacy(std::string_view revision) {
  return revision != kModernRevision &&
         std::ranges::find(kRevisions, revision) != std::end(kRevisions);
}

std::string_view negotiated(std::string_view wanted) {
  for (const std::string_view each : kRevisions) {
    if (each == wanted && is_legacy(each)) return each;
  }
  return kNewestLegacy;
}

bool takes_priming_events(std::string_view revision) { return revision >= kNewestLegacy; }

std::optional<std::string> named_revision(const json::object& params) {
  const json::object* meta = find_object(params, "_meta");
  return meta == nullptr ? std::nullopt : find_string(*meta, meta::kProtocolVersion);
}

Era era_of(const net::Headers& headers, const Request& request) {
  if (named_revision(request.params)) return Era::kModern;
  const auto header = net::find_header(headers, "MCP-Protocol-Version");
  // Before 2025-06-18 there was no such header.
  if (!header) return Era::kLegacy;
  return is_legacy(*header) ? Era::kLegacy : Era::kModern;
}

}  // namespace coditect::mcp
