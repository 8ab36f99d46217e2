// The revisions without sessions: each request says who asks and in which revision.
#include <algorithm>

#include "base/check.h"
#include "protocols/mcp/headers.h"
#include "protocols/mcp/limits.h"
#include "protocols/mcp/meta.h"
#include "protocols/mcp/server.h"

namespace coditect::mcp {

namespace {

/// How long what a client was told may be kept: the features say otherwise where they know better.
constexpr int kTtlMs = 0;

/// Methods whose results say how long they may be kept.
bool is_cacheable(std::string_view method) {
  return method == "server/discover" || method == "tools/list" || method == "prompts/list" ||
         method == "resources/list" || method == "resources/templates/list" ||
         method == "resources/read";
}

Refusal mismatch(const Error& error) {
  return {Code::kHeaderMismatch, "Header mismatch: " + error.message, {}};
}

Refusal unsupported(const std::string& requested) {
  json::array supported;
  for (const std::string_view each : revisions()) supported.push_back(json::string(each));
  return {Code::kUnsupportedVersion,
          "Unsupported protocol version",
          {{"supported", std::move(supported)}, {"requested", requested}}};
}

Refusal bad_params(std::string message) { return {Code::kInvalidParams, std::move(message), {}}; }

/// The filter of a listener without what the server never says.
json::object honoured(const json::object& wanted, const json::object& capabilities) {
  json::object filter;
  for (const std::string_view what : {"tools", "prompts", "resources"}) {
    const std::string member = std::string(what) + "ListChanged";
    const json::object* offered = find_object(capabilities, what);
    const bool told = offered != nullptr && find_bool(*offered, "listChanged").value_or(false);
    if (told && find_bool(wanted, member).value_or(false)) filter[member] = true;
  }
  const json::object* resources = find_object(capabilities, "resources");
  const json::array* uris = find_array(wanted, "resourceSubscriptions");
  const bool told = resources != nullptr && find_bool(*resources, "subscribe").value_or(false);
  if (told && uris != nullptr) filter["resourceSubscriptions"] = *uris;
  return filter;
}

}  // namespace

std::optional<Refusal> Server::check_modern(const Incoming& incoming,
                                            const Request& request) const {
  const auto header = net::find_header(incoming.headers, "MCP-Protocol-Version");
  const json::object* meta = find_object(request.params, "_meta");
  if (meta == nullptr) return bad_params("'_meta' is missing");
  const auto named = find_string(*meta, meta::kProtocolVersion);
  if (!named) return bad_params("'_meta' has no " + std::string(meta::kProtocolVersion));
  if (!header || *header != *named) {
    return mismatch(invalid("MCP-Protocol-Version is '" + std::string(header.value_or("")) +
                            "', and the body says '" + *named + "'"));
  }
  if (*named != kModernRevision) return unsupported(*named);
  if (auto same = check_standard_headers(incoming.headers, request); !same) {
    return mismatch(same.error());
  }
  if (find_object(*meta, meta::kClientCapabilities) == nullptr) {
    return bad_params("'_meta' has no " + std::string(meta::kClientCapabilities));
  }
  if (request.method != "tools/call") return std::nullopt;
  const json::object* schema =
      features_.input_schema(find_string(request.params, "name").value_or(""));
  if (schema == nullptr) return std::nullopt;
  const json::object* given = find_object(request.params, "arguments");
  const auto same = check_parameter_headers(incoming.headers, *schema,
                                            given == nullptr ? json::object() : *given);
  if (!same) return mismatch(same.error());
  return std::nullopt;
}

Server::Accepted Server::take_modern(Incoming& incoming, Request request) {
  if (auto refusal = check_modern(incoming, request)) {
    return {.status = 400, .body = error_message(request.id, *refusal)};
  }
  if (request.method == "server/discover") {
    const Started started{request, nullptr, nullptr, nullptr};
    return {.status = 200,
            .body = result_message(request.id, modern_result(started, discovered()))};
  }
  if (request.method == "subscriptions/listen") return subscribe(incoming, request);
  return start_modern(incoming, std::move(request));
}

json::object Server::discovered() const {
  json::array supported;
  for (const std::string_view each : revisions()) supported.push_back(json::string(each));
  json::object result{{"supportedVersions", std::move(supported)},
                      {"capabilities", features_.capabilities()}};
  const std::string instructions = features_.identity().instructions;
  if (!instructions.empty()) result["instructions"] = instructions;
  return result;
}

Result<Call::Parts> Server::modern_parts(const Incoming& incoming, const Request& request) const {
  const json::object& meta = *find_object(request.params, "_meta");
  Call::Parts parts{.method = request.method,
                    .params = request.params,
                    .era = Era::kModern,
                    .client = {},
                    .mount = incoming.mount,
                    .log_level = find_string(meta, meta::kLogLevel).value_or(""),
                    .answers = {},
                    .state = {},
                    .stream = nullptr,
                    .send = nullptr};
  if (const json::object* info = find_object(meta, meta::kClientInfo)) {
    parts.client.name = find_string(*info, "name").value_or("");
    parts.client.version = find_string(*info, "version").value_or("");
  }
  parts.client.capabilities = *find_object(meta, meta::kClientCapabilities);
  if (const json::value* answers = request.params.if_contains("inputResponses")) {
    if (!answers->is_object()) return invalid("'inputResponses' is not an object");
    for (const auto& answer : answers->get_object()) {
      if (answer.value().is_object()) continue;
      return invalid("the answer to '" + std::string(answer.key()) + "' is not an object");
    }
    parts.answers = answers->get_object();
  }
  if (const json::value* state = request.params.if_contains("requestState")) {
    if (!state->is_string()) return invalid("'requestState' is not a string");
    TRY(parts.state, states_.open(state->get_string(), purpose_of(parts)));
  }
  return parts;
}

Server::Accepted Server::start_modern(const Incoming& incoming, Request request) {
  auto parts = modern_parts(incoming, request);
  if (!parts) {
    return {.status = 200, .body = error_message(request.id, bad_params(parts.error().message))};
  }
  auto stream = std::make_shared<ReplyStream>(strand_, "answer", ReplyStream::Keeping::kUntilRead);
  parts->stream = stream;
  auto call = std::make_shared<Call>(*std::move(parts));
  calls_.insert(call);
  stream->on_abandoned([leaver = std::weak_ptr(call)] {
    if (const auto left = leaver.lock()) left->request_stop();
  });
  const std::string name = request.method;
  tasks_.spawn(name, run({std::move(request), std::move(call), stream, nullptr}));
  return {.status = 200, .stream = std::move(stream)};
}

json::object Server::modern_result(const Started& started, json::object result) const {
  if (!result.contains("resultType")) result["resultType"] = "complete";
  const bool complete = result.at("resultType") == "complete";
  if (complete && is_cacheable(started.request.method)) {
    if (!result.contains("ttlMs")) result["ttlMs"] = kTtlMs;
    if (!result.contains("cacheScope")) result["cacheScope"] = "private";
  }
  json::object meta;
  if (const json::object* given = find_object(result, "_meta")) meta = *given;
  meta[meta::kServerInfo] = identity();
  result["_meta"] = std::move(meta);
  return result;
}

Server::Accepted Server::subscribe(const Incoming& incoming, const Request& request) {
  const json::object* wanted = find_object(request.params, "notifications");
  if (wanted == nullptr) {
    return {.status = 200,
            .body = error_message(request.id, bad_params("'notifications' is missing"))};
  }
  const json::object filter = honoured(*wanted, features_.capabilities());
  const json::array* uris = find_array(filter, "resourceSubscriptions");
  const bool too_many = listeners_.size() >= limits::kListenersMax ||
                        (uris != nullptr && uris->size() > limits::kSubscriptionsMax);
  if (too_many) {
    const Refusal refusal{Code::kFailed, "too many subscriptions", {}};
    return {.status = 503, .body = error_message(request.id, refusal)};
  }
  auto stream = std::make_shared<ReplyStream>(strand_, "changes", ReplyStream::Keeping::kUntilRead);
  json::object params{{"_meta", {{meta::kSubscriptionId, request.id}}}, {"notifications", filter}};
  stream->push(json::serialize(
      notification_message("notifications/subscriptions/acknowledged", std::move(params))));
  stream->on_abandoned([this, leaver = std::weak_ptr(stream)] {
    std::erase_if(listeners_,
                  [&leaver](const Listener& each) { return each.stream == leaver.lock(); });
  });
  listeners_.push_back({request.id, incoming.mount, filter, stream});
  return {.status = 200, .stream = std::move(stream)};
}

}  // namespace coditect::mcp
