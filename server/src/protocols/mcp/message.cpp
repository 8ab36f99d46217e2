#include "protocols/mcp/message.h"

namespace coditect::mcp {

namespace {

Unreadable unreadable(const json::value& id, Code code, std::string message) {
  return {id, {code, std::move(message), {}}};
}

Message parse_response(const json::value& id, json::object& object) {
  if (json::value* result = object.if_contains("result")) return Response{id, std::move(*result)};
  const json::object* error = find_object(object, "error");
  if (error == nullptr) {
    return unreadable(id, Code::kInvalidRequest, "'method', 'result' or 'error' is needed");
  }
  Refusal refusal{Code::kFailed, find_string(*error, "message").value_or(""), {}};
  if (const auto code = find_int(*error, "code")) refusal.code = static_cast<Code>(*code);
  if (const json::object* data = find_object(*error, "data")) refusal.data = *data;
  return Response{id, std::move(refusal)};
}

}  // namespace

Message parse_message(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return unreadable(nullptr, Code::kParseError, parsed.error().message);
  if (!parsed->is_object()) {
    const std::string what = parsed->is_array() ? "there are no batches" : "a message is an object";
    return unreadable(nullptr, Code::kInvalidRequest, what + ": send one JSON-RPC message");
  }
  json::object& object = parsed->get_object();
  const json::value* id = object.if_contains("id");
  if (id != nullptr && !id->is_string() && !id->is_int64() && !id->is_uint64()) {
    return unreadable(nullptr, Code::kInvalidRequest, "'id' is a string or a whole number");
  }
  const json::value known = id == nullptr ? json::value() : *id;
  if (find_string(object, "jsonrpc") != "2.0") {
    return unreadable(known, Code::kInvalidRequest, "'jsonrpc' is not \"2.0\"");
  }
  if (!object.contains("method")) return parse_response(known, object);
  auto method = find_string(object, "method");
  if (!method) return unreadable(known, Code::kInvalidRequest, "'method' is not a string");
  json::object params;
  if (json::value* given = object.if_contains("params")) {
    if (!given->is_object()) {
      return unreadable(known, Code::kInvalidParams, "'params' is not an object");
    }
    params = std::move(given->get_object());
  }
  if (id == nullptr) return Notification{*std::move(method), std::move(params)};
  return Request{known, *std::move(method), std::move(params)};
}

json::object result_message(const json::value& id, json::object result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json::object error_message(const json::value& id, const Refusal& refusal) {
  json::object error{{"code", static_cast<int>(refusal.code)}, {"message", refusal.message}};
  if (!refusal.data.empty()) error["data"] = refusal.data;
  json::object message{{"jsonrpc", "2.0"}, {"error", std::move(error)}};
  if (!id.is_null()) message["id"] = id;
  return message;
}

json::object notification_message(std::string_view method, json::object params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

json::object request_message(std::string_view id, std::string_view method, json::object params) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

}  // namespace coditect::mcp
