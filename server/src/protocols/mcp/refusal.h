#pragma once

#include <string>

#include "base/json.h"

namespace coditect::mcp {

/// Error codes of JSON-RPC 2.0 and of the protocol's own ranges.
enum class Code : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternal = -32603,
  kFailed = -32000,             ///< the method was understood, and cannot be carried out
  kResourceNotFound = -32002,   ///< up to 2025-11-25; kInvalidParams since
  kHeaderMismatch = -32020,     ///< a header says something else than the body
  kMissingCapability = -32021,  ///< the client has not declared what the request needs
  kUnsupportedVersion = -32022,
};

/// A JSON-RPC error on its way to the client.
struct Refusal {
  Code code = Code::kInternal;
  std::string message = "the server failed to answer";
  json::object data = {};  ///< left out where it is empty
};

}  // namespace coditect::mcp
