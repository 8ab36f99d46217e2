#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "net/client/http_message.h"

// What a client of 2026-07-28 mirrors from a request's body into its headers. All pure.
namespace coditect::mcp {

/// A header's value that means `text`: as it is where a header can hold it so, else as base64.
std::string header_value(std::string_view text);

/// Errc::kInvalid where a tool's schema marks members with `x-mcp-header` in a way that the
/// protocol forbids: the tool must not be used then.
Result<void> check_header_marks(const json::object& schema);

/// Mcp-Param-NAME for what `schema` marks and `arguments` has.
net_client::Headers parameter_headers(const json::object& schema, const json::object& arguments);

}  // namespace coditect::mcp
