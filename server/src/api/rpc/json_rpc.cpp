#include "api/rpc/json_rpc.h"

#include "base/limits.h"

namespace coditect::api {

namespace {

RpcMessage::Refused refuse(const json::value& id, std::string message) {
  return {rpc_error(id, RpcCode::kInvalidRequest, std::move(message), "invalid",
                    "send {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"…\",\"params\":{…}}")};
}

std::variant<RpcCall, RpcMessage::Refused> parse_call(json::value& value) {
  if (!value.is_object()) return refuse(nullptr, "a call is a JSON object");
  json::object& object = value.get_object();
  RpcCall call;
  if (json::value* id = object.if_contains("id")) {
    if (!id->is_string() && !id->is_number() && !id->is_null()) {
      return refuse(nullptr, "'id' is a string, a number or null");
    }
    call.id = *id;
  }
  const json::value id = call.id.value_or(nullptr);
  if (find_string(object, "jsonrpc") != "2.0") return refuse(id, "'jsonrpc' is not \"2.0\"");
  auto method = find_string(object, "method");
  if (!method) return refuse(id, "'method' is missing or not a string");
  call.method = *std::move(method);
  if (json::value* params = object.if_contains("params")) {
    if (!params->is_object()) {
      return RpcMessage::Refused{rpc_error(id, RpcCode::kInvalidParams, "'params' is not an object",
                                           "invalid", "parameters are passed by name")};
    }
    call.params = std::move(params->get_object());
  }
  return call;
}

}  // namespace

std::variant<RpcMessage, json::object> parse_rpc(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) {
    return rpc_error(nullptr, RpcCode::kParseError, parsed.error().message, "invalid",
                     "send one JSON value");
  }
  RpcMessage message;
  if (json::array* batch = parsed->if_array()) {
    message.batch = true;
    if (batch->empty()) return refuse(nullptr, "a batch holds at least one call").response;
    if (batch->size() > limits::kRpcBatchMax) {
      return rpc_error(nullptr, RpcCode::kInvalidRequest, "too many calls in one batch", "limit",
                       "send at most " + std::to_string(limits::kRpcBatchMax));
    }
    for (json::value& each : *batch) message.calls.push_back(parse_call(each));
  } else {
    message.calls.push_back(parse_call(*parsed));
  }
  return message;
}

json::object rpc_result(const json::value& id, json::value result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json::object rpc_error(const json::value& id, RpcCode code, std::string message,
                       std::string_view kind, std::string_view hint) {
  json::object data{{"kind", kind}, {"hint", hint}};
  json::object error{
      {"code", static_cast<int>(code)}, {"message", std::move(message)}, {"data", std::move(data)}};
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}};
}

json::object rpc_error(const json::value& id, const Error& error) {
  const RpcCode code = error.code == Errc::kInvalid    ? RpcCode::kInvalidParams
                       : error.code == Errc::kInternal ? RpcCode::kInternal
                                                       : RpcCode::kServer;
  return rpc_error(id, code, error.message, to_string(error.code), error.hint);
}

std::string rpc_notification(std::string_view method, json::object params) {
  return json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

}  // namespace coditect::api
