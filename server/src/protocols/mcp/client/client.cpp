#include "protocols/mcp/client/client.h"

#include <algorithm>

#include "protocols/mcp/client/client_limits.h"
#include "protocols/mcp/client/parameter_headers.h"
#include "protocols/mcp/meta.h"

namespace coditect::mcp {

namespace {

constexpr std::size_t kWordsBytesMax = 2'000;

/// A server's own words, short enough to be shown.
std::string words(std::string text) {
  if (text.size() > kWordsBytesMax) text.resize(kWordsBytesMax);
  return text;
}

Error refused(const std::string& method, const Refusal& refusal) {
  const Errc code = refusal.code == Code::kMethodNotFound ? Errc::kNotFound : Errc::kInvalid;
  return Error{code, "it refused " + method + ": " + words(refusal.message), {}};
}

/// Whether a server that refuses the newest revision names it as one that it speaks.
bool names_modern(const json::object& object, std::string_view member) {
  const json::array* all = find_array(object, member);
  return all != nullptr && std::ranges::find(*all, json::value(kModernRevision)) != all->end();
}

}  // namespace

json::object Client::meta() const {
  return {{meta::kProtocolVersion, kModernRevision},
          {meta::kClientInfo, {{"name", options_.name}, {"version", options_.version}}},
          {meta::kClientCapabilities, json::object()}};
}

awaitable<Result<Response>> Client::send(Outgoing request, std::stop_token stop) {
  request.id = ++last_id_;
  co_return co_await transport_->ask(std::move(request), std::move(stop));
}

awaitable<Result<json::object>> Client::ask(std::string method, json::object params, CallTime time,
                                            std::stop_token stop, net_client::Headers headers) {
  const bool call = method == "tools/call";
  json::object about = modern() ? meta() : json::object();
  if (call) about["progressToken"] = last_id_ + 1;
  if (!about.empty()) params["_meta"] = std::move(about);
  if (modern()) headers.push_back({"Mcp-Method", method});
  Outgoing request{0, method, std::move(params), time, std::move(headers)};
  CO_TRY(Response response, co_await send(std::move(request), std::move(stop)));
  if (const auto* refusal = std::get_if<Refusal>(&response.outcome)) {
    co_return refused(method, *refusal);
  }
  json::value& result = std::get<json::value>(response.outcome);
  if (!result.is_object()) co_return unavailable("its answer to " + method + " is no object");
  json::object object = std::move(result.get_object());
  if (find_string(object, "resultType").value_or("complete") == "complete") co_return object;
  co_return Error{Errc::kInvalid, "it asks back, and this client declares that it answers nothing",
                  "give the tool everything that it needs as arguments"};
}

awaitable<Result<void>> Client::connect(Transport& transport, std::stop_token stop) {
  transport_ = &transport;
  if (options_.first == Era::kModern) {
    CO_TRY(const bool found, co_await discover(stop));
    if (found) co_return Result<void>{};
  }
  co_return co_await initialize(stop);
}

awaitable<Result<bool>> Client::discover(std::stop_token stop) {
  revision_ = kModernRevision;
  transport_->speak(revision_);
  json::object params{{"_meta", meta()}};
  Outgoing request{
      0, "server/discover", std::move(params), options_.probe, {{"Mcp-Method", "server/discover"}}};
  auto answered = co_await send(std::move(request), stop);
  if (!answered) {
    // Servers of before refuse the request in all kinds of ways, or do not understand it.
    const Errc code = answered.error().code;
    const bool silent =
        code == Errc::kUnavailable && options_.silence == Options::Silence::kMeansOlder;
    const bool older =
        code == Errc::kInvalid || code == Errc::kNotFound || code == Errc::kConflict || silent;
    if (older && !stop.stop_requested()) co_return false;
    co_return std::move(answered).error();
  }
  if (const auto* refusal = std::get_if<Refusal>(&answered->outcome)) {
    const bool other = refusal->code == Code::kUnsupportedVersion;
    co_return other&& names_modern(refusal->data, "supported");
  }
  const json::object* result = std::get<json::value>(answered->outcome).if_object();
  if (result == nullptr) co_return false;
  if (!names_modern(*result, "supportedVersions")) co_return false;
  const json::object* capabilities = find_object(*result, "capabilities");
  has_tools_ = capabilities != nullptr && capabilities->contains("tools");
  const json::object* about = find_object(*result, "_meta");
  const json::object* info = about == nullptr ? nullptr : find_object(*about, meta::kServerInfo);
  if (info == nullptr) info = find_object(*result, "serverInfo");
  if (info != nullptr) server_ = *info;
  co_return true;
}

awaitable<Result<void>> Client::initialize(std::stop_token stop) {
  revision_ = std::string();
  transport_->speak({});
  json::object params{{"protocolVersion", kNewestLegacy},
                      {"capabilities", json::object()},
                      {"clientInfo", {{"name", options_.name}, {"version", options_.version}}}};
  CO_TRY(const json::object result,
         co_await ask("initialize", std::move(params), options_.start, stop));
  const std::string revision = find_string(result, "protocolVersion").value_or("");
  if (!is_legacy(revision)) {
    co_return unavailable("it speaks the revision '" + words(revision) + "' of the protocol only",
                          "this client speaks 2026-07-28, 2025-11-25 and some before");
  }
  revision_ = revision;
  transport_->speak(revision_);
  if (const json::object* info = find_object(result, "serverInfo")) server_ = *info;
  const json::object* capabilities = find_object(result, "capabilities");
  has_tools_ = capabilities != nullptr && capabilities->contains("tools");
  co_return co_await transport_->tell("notifications/initialized", {});
}

awaitable<Result<std::vector<Tool>>> Client::list_tools(std::stop_token stop) {
  std::vector<Tool> tools;
  left_out_.clear();
  schema_bytes_ = 0;
  tools_changed_ = false;
  if (!has_tools_) co_return tools;
  std::string cursor;
  for (std::size_t page = 0; page < limits::kToolPagesMax; ++page) {
    json::object params;
    if (!cursor.empty()) params["cursor"] = cursor;
    CO_TRY(const json::object result,
           co_await ask("tools/list", std::move(params), options_.start, stop));
    const json::array* listed = find_array(result, "tools");
    if (listed == nullptr) co_return unavailable("its answer to tools/list has no tools");
    for (const json::value& each : *listed) {
      const json::object* described = each.if_object();
      if (described == nullptr) continue;
      const auto taken = take_tool(*described, tools);
      if (!taken && left_out_.size() < limits::kToolsMax) {
        left_out_.push_back(taken.error().message);
      }
    }
    cursor = find_string(result, "nextCursor").value_or("");
    if (cursor.empty()) break;
  }
  if (!cursor.empty()) left_out_.push_back("its list has too many pages");
  co_return tools;
}

Result<void> Client::take_tool(const json::object& described, std::vector<Tool>& tools) {
  Tool tool;
  TRY(tool.name, need_string(described, "name"));
  const std::string shown = words(tool.name);
  const bool twice = std::ranges::find(tools, tool.name, &Tool::name) != tools.end();
  if (twice) return invalid(shown + ": it is there twice");
  if (tools.size() >= limits::kToolsMax) return invalid(shown + ": there are too many tools");
  const json::object* schema = find_object(described, "inputSchema");
  if (schema == nullptr) return invalid(shown + ": it has no inputSchema");
  const std::size_t bytes = json::serialize(*schema).size();
  if (bytes > limits::kSchemaBytesMax) return invalid(shown + ": its inputSchema is too large");
  if (schema_bytes_ + bytes > limits::kSchemasBytesMax) {
    return invalid(shown + ": the schemas of all tools are too large");
  }
  if (modern()) {
    const auto marks = check_header_marks(*schema);
    if (!marks) return invalid(shown + ": " + marks.error().message);
  }
  schema_bytes_ += bytes;
  tool.input_schema = *schema;
  tool.description = find_string(described, "description").value_or("");
  if (tool.description.empty()) tool.description = find_string(described, "title").value_or("");
  if (const json::object* hints = find_object(described, "annotations")) {
    tool.read_only_hint = find_bool(*hints, "readOnlyHint").value_or(false);
  }
  tools.push_back(std::move(tool));
  return {};
}

awaitable<Result<ToolResult>> Client::call_tool(const Tool& tool, json::object arguments,
                                                CallTime time, std::stop_token stop) {
  net_client::Headers headers;
  if (modern()) {
    headers = parameter_headers(tool.input_schema, arguments);
    headers.push_back({"Mcp-Name", header_value(tool.name)});
  }
  json::object params{{"name", tool.name}, {"arguments", std::move(arguments)}};
  CO_TRY(const json::object result,
         co_await ask("tools/call", std::move(params), time, std::move(stop), std::move(headers)));
  co_return tool_result(result);
}

void Client::hear(const Notification& notification) {
  if (notification.method == "notifications/tools/list_changed") {
    tools_changed_ = true;
  } else if (notification.method == "notifications/message" && options_.on_log) {
    const json::value* data = notification.params.if_contains("data");
    const std::string level = find_string(notification.params, "level").value_or("info");
    options_.on_log(words(level) + ": " + words(data == nullptr ? "" : json::serialize(*data)));
  }
}

json::object Client::answer(const Request& request) {
  if (request.method == "ping") return result_message(request.id, {});
  const Refusal refusal{Code::kMethodNotFound,
                        "this client has not declared what '" + words(request.method) + "' needs"};
  return error_message(request.id, refusal);
}

}  // namespace coditect::mcp
