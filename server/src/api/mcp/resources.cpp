#include "api/mcp/resources.h"

#include <charconv>

#include "api/mcp/tool_use.h"
#include "base/limits.h"
#include "tools/intent.h"

namespace coditect::api {

namespace {

using workspace::Workspace;

constexpr std::size_t kFilesPerPage = 500;
constexpr std::size_t kEventsDefault = 100;
constexpr const char* kEventsType = "application/x-ndjson";

mcp::Refusal refusal_of(const Error& error, const std::string& uri) {
  if (error.code == Errc::kNotFound) {
    return {mcp::Code::kResourceNotFound, error.message, {{"uri", uri}}};
  }
  const auto code = error.code == Errc::kInvalid ? mcp::Code::kInvalidParams : mcp::Code::kFailed;
  return {
      code, error.message, {{"uri", uri}, {"kind", to_string(error.code)}, {"hint", error.hint}}};
}

mcp::Refusal refusal_of(const json::object& error) {
  return {mcp::Code::kFailed, find_string(error, "message").value_or(""), {}};
}

json::object log_resource(std::string_view workspace, std::string_view name) {
  return {{"uri", log_uri(workspace)},
          {"name", "log of " + std::string(name)},
          {"description", "The newest events, one JSON object a line"},
          {"mimeType", kEventsType}};
}

/// On the workspace's strand: a file as the participant may see it.
awaitable<Result<json::value>> read_file(Workspace& workspace, ToolUse use) {
  workspace.keep_session("agent:" + use.participant);
  const tools::Caller caller{use.participant, {}};
  CO_TRY(approvals::Intent intent, tools::intent_of("read_file", use.input));
  const std::string path = intent.paths.front();
  CO_TRY_VOID(co_await workspace.host().approve(caller, std::move(intent), use.input, use.stop));
  CO_TRY(tools::FileText file, co_await workspace.host().read(caller, path));
  co_return json::value(std::move(file.text));
}

json::object with_contents(json::object content) {
  json::array contents;
  contents.push_back(std::move(content));
  return {{"contents", std::move(contents)}};
}

/// On the workspace's strand: where the log ends.
awaitable<Result<json::value>> head_of(Workspace& workspace) {
  co_return json::value(workspace.log().durable_head());
}

awaitable<mcp::Reply> read_log(Dispatcher& dispatcher, ResourceAddress address, std::string uri,
                               std::string participant) {
  const WorkspaceId id(address.workspace);
  const std::size_t limit =
      std::clamp<std::size_t>(address.limit.value_or(kEventsDefault), 1, limits::kPageMax);
  if (!address.from) {
    auto head = co_await dispatcher.perform(id, head_of);
    if (!head) co_return refusal_of(head.error(), uri);
    const auto last = head->to_number<Sequence>();
    address.from = last > limit ? last - limit + 1 : 1;
  }
  RpcCall call{1, "timeline.range", {{"from", *address.from}, {"limit", limit}}};
  auto response =
      co_await dispatcher.call(id, std::move(call), owner_caller("agent:" + participant));
  if (const json::object* error = find_object(*response, "error")) co_return refusal_of(*error);
  std::string lines;
  for (const json::value& event : response->at("result").at("events").as_array()) {
    lines += json::serialize(event) + "\n";
  }
  co_return with_contents({{"uri", uri}, {"mimeType", kEventsType}, {"text", std::move(lines)}});
}

awaitable<mcp::Reply> list_logs(Dispatcher& dispatcher, std::string cursor) {
  registry::Page page = co_await dispatcher.registry().list(std::move(cursor), kFilesPerPage);
  json::array resources;
  for (const workspace::Meta& meta : page.workspaces) {
    resources.push_back(log_resource(meta.id.str(), meta.name));
  }
  json::object result{{"resources", std::move(resources)}};
  if (!page.next_cursor.empty()) result["nextCursor"] = page.next_cursor;
  co_return result;
}

}  // namespace

awaitable<mcp::Reply> list_resources(Dispatcher& dispatcher, const mcp::Call& call,
                                     std::string participant) {
  const std::string cursor = find_string(call.params(), "cursor").value_or("");
  const std::string& scope = call.mount().scope;
  if (scope.empty()) co_return co_await list_logs(dispatcher, cursor);
  std::size_t from = 0;
  const auto parsed = std::from_chars(cursor.data(), cursor.data() + cursor.size(), from);
  if (!cursor.empty() &&
      (parsed.ec != std::errc() || parsed.ptr != cursor.data() + cursor.size())) {
    co_return mcp::Refusal{mcp::Code::kInvalidParams, "'cursor' is none of ours", {}};
  }
  RpcCall tree{1, "files.tree", {}};
  auto response = co_await dispatcher.call(WorkspaceId(scope), std::move(tree),
                                           owner_caller("agent:" + participant));
  if (const json::object* error = find_object(*response, "error")) co_return refusal_of(*error);
  json::array resources;
  if (from == 0) resources.push_back(log_resource(scope, "this workspace"));
  std::size_t place = 0;
  json::object result;
  for (const json::value& entry : response->at("result").at("entries").as_array()) {
    if (entry.at("kind") != "file" || place++ < from) continue;
    if (place > from + kFilesPerPage) {
      result["nextCursor"] = std::to_string(from + kFilesPerPage);
      break;
    }
    const std::string path(entry.at("path").as_string());
    resources.push_back(
        {{"uri", file_uri(scope, path)}, {"name", path}, {"size", entry.at("size")}});
  }
  result["resources"] = std::move(resources);
  co_return result;
}

json::object resource_templates(const mcp::Call& call) {
  const std::string& scope = call.mount().scope;
  const std::string begin = "coditect://" + (scope.empty() ? "{workspace}" : scope);
  return {{"resourceTemplates",
           {{{"uriTemplate", begin + "/files/{+path}"},
             {"name", "file"},
             {"description", "A file of the project"}},
            {{"uriTemplate", begin + "/log{?from,limit}"},
             {"name", "log"},
             {"description", "Events from a sequence number on, at most 1000"},
             {"mimeType", kEventsType}}}}};
}

awaitable<mcp::Reply> read_resource(Dispatcher& dispatcher, const mcp::Call& call,
                                    std::string participant) {
  const std::string uri = find_string(call.params(), "uri").value_or("");
  auto address = parse_resource(uri);
  const std::string& scope = call.mount().scope;
  if (address && !scope.empty() && address->workspace != scope) {
    address = not_found("that is another workspace's resource");
  }
  if (!address) co_return refusal_of(address.error(), uri);
  const WorkspaceId id(address->workspace);
  auto meta = co_await dispatcher.registry().find(id);
  if (!meta) co_return refusal_of(meta.error(), uri);
  if (address->kind == ResourceAddress::Kind::kLog) {
    co_return co_await read_log(dispatcher, *std::move(address), uri, std::move(participant));
  }
  ToolUse use{id, std::move(participant), "read_file", {{"path", address->path}}, call.stop()};
  auto operation = [use](Workspace& workspace) { return read_file(workspace, use); };
  auto text = co_await dispatcher.perform(id, std::move(operation));
  if (!text) co_return refusal_of(text.error(), uri);
  co_return with_contents({{"uri", uri}, {"mimeType", "text/plain"}, {"text", *std::move(text)}});
}

}  // namespace coditect::api
