#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "net/http.h"
#include "protocols/mcp/message.h"
#include "protocols/mcp/refusal.h"

// What 2026-07-28 mirrors from a request's body into its headers, so that whoever routes a request
// by them does what the server does. All pure.
namespace coditect::mcp {

/// A header's value as it is meant: `=?base64?…?=` is decoded, everything else is literal.
/// Errc::kInvalid for base64 that is none and for characters that no value may have.
Result<std::string> header_meaning(std::string_view value);

/// Errc::kInvalid where Mcp-Method or Mcp-Name lacks or says something else than the body.
Result<void> check_standard_headers(const net::Headers& headers, const Request& request);

/// The same for what `schema`, a tool's input schema, marks with `x-mcp-header`: Mcp-Param-NAME.
Result<void> check_parameter_headers(const net::Headers& headers, const json::object& schema,
                                     const json::object& arguments);

}  // namespace coditect::mcp
