#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "protocols/mcp/refusal.h"

namespace coditect::mcp {

/// A call that is answered. `id` is a string or an integer.
struct Request {
  json::value id;
  std::string method;
  json::object params;
};

/// A call that is not answered.
struct Notification {
  std::string method;
  json::object params;
};

/// The answer to a request of ours.
struct Response {
  json::value id;
  std::variant<json::value, Refusal> outcome;
};

/// Text that is no message, with the id to answer it under: null where none can be read.
struct Unreadable {
  json::value id;
  Refusal refusal;
};

using Message = std::variant<Request, Notification, Response, Unreadable>;

/// Reads one JSON-RPC 2.0 message; the protocol has no batches. Pure.
Message parse_message(std::string_view text);

json::object result_message(const json::value& id, json::object result);
json::object error_message(const json::value& id, const Refusal& refusal);
json::object notification_message(std::string_view method, json::object params);
json::object request_message(std::string_view id, std::string_view method, json::object params);

}  // namespace coditect::mcp
