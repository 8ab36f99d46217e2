#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::api {

/// Error codes of JSON-RPC 2.0, section 5.1. Ours carry `data: {kind, hint}` besides.
enum class RpcCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternal = -32603,
  kServer = -32000,  ///< the method was called and refused: `data.kind` says why
};

/// One call. Without an id it is a notification, which is not answered.
struct RpcCall {
  std::optional<json::value> id;
  std::string method;
  json::object params;
};

/// What a message holds: calls in order, each good or with the answer to give at once.
struct RpcMessage {
  struct Refused {
    json::object response;
  };
  std::vector<std::variant<RpcCall, Refused>> calls;
  bool batch = false;
};

/// Reads a JSON-RPC 2.0 message. The error is a whole response for text that is not JSON, an empty
/// batch or one of more than limits::kRpcBatchMax calls. Pure.
std::variant<RpcMessage, json::object> parse_rpc(std::string_view text);

json::object rpc_result(const json::value& id, json::value result);
json::object rpc_error(const json::value& id, RpcCode code, std::string message,
                       std::string_view kind, std::string_view hint);
/// The response that an Error is: kInvalid is "invalid params", everything else kServer.
json::object rpc_error(const json::value& id, const Error& error);
/// A notification of ours, serialised.
std::string rpc_notification(std::string_view method, json::object params);

}  // namespace coditect::api
