#include "api/http/openapi.h"

#include <string>
#include <string_view>

namespace coditect::api {

namespace {

struct Call {
  std::string_view path;
  std::string_view method;
  std::string_view id;
  std::string_view summary;
  std::string_view status;
  std::string_view schema;  ///< of the answer: a name in components/schemas, "" for none
};

constexpr Call kCalls[] = {
    {"/health", "get", "health", "Whether the server can do its work", "200", "Health"},
    {"/health/live", "get", "live", "Whether the process answers; needs no token", "200", ""},
    {"/health/ready", "get", "ready", "The same as /health", "200", "Health"},
    {"/metrics", "get", "metrics", "Figures for Prometheus", "200", ""},
    {"/openapi.json", "get", "openapi", "This document", "200", ""},
    {"/openrpc.json", "get", "openrpc", "The JSON-RPC methods", "200", ""},
    {"/login", "post", "login", "Exchanges the bearer token for a cookie", "204", ""},
    {"/logout", "post", "logout", "Ends the cookie", "204", ""},
    {"/workspaces", "get", "listWorkspaces", "The workspaces, in pages", "200", "WorkspacePage"},
    {"/workspaces/provision", "post", "provision", "Makes a workspace", "201", "Workspace"},
    {"/workspaces/{id}", "get", "getWorkspace", "One workspace", "200", "Workspace"},
    {"/workspaces/{id}", "delete", "deleteWorkspace", "Moves it to the trash for 30 days", "200",
     "Workspace"},
    {"/workspaces/{id}/wake", "post", "wake", "Wakes it", "200", "Workspace"},
    {"/workspaces/{id}/sleep", "post", "sleep", "Puts it to sleep", "200", "Workspace"},
    {"/workspaces/{id}/renew", "post", "renew", "Renews its session to 8 hours", "200",
     "Workspace"},
    {"/workspaces/{id}/undelete", "post", "undelete", "Takes it out of the trash", "200",
     "Workspace"},
    {"/workspaces/{id}/rpc", "post", "rpc", "JSON-RPC 2.0, one call or a batch; see /openrpc.json",
     "200", ""},
    {"/workspaces/{id}/socket", "get", "socket",
     "WebSocket, subprotocol coditect.v1: JSON-RPC 2.0 both ways", "101", ""},
};

constexpr std::string_view kSchemas = R"({
  "Problem": {
    "type": "object",
    "required": ["type", "title", "status", "detail", "hint"],
    "properties": {
      "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
      "detail": {"type": "string"}, "hint": {"type": "string"}
    }
  },
  "Session": {
    "type": "object",
    "required": ["id", "expires_at"],
    "properties": {
      "id": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"}
    }
  },
  "Workspace": {
    "type": "object",
    "required": ["id", "name", "state", "created_at"],
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"},
      "state": {"enum": ["ready", "asleep"]},
      "created_at": {"type": "string", "format": "date-time"},
      "last_active_at": {"type": "string", "format": "date-time"},
      "deleted_at": {"type": "string", "format": "date-time"},
      "source": {"$ref": "#/components/schemas/Source"},
      "session": {"$ref": "#/components/schemas/Session"}
    }
  },
  "WorkspacePage": {
    "type": "object",
    "required": ["workspaces"],
    "properties": {
      "workspaces": {"type": "array", "items": {"$ref": "#/components/schemas/Workspace"}},
      "next_cursor": {"type": "string"}
    }
  },
  "Source": {
    "type": "object",
    "required": ["kind"],
    "properties": {
      "kind": {"enum": ["empty", "git", "path", "template"]},
      "url": {"type": "string"}, "path": {"type": "string"}, "name": {"type": "string"}
    }
  },
  "Provision": {
    "type": "object",
    "required": ["name"],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "source": {"$ref": "#/components/schemas/Source"}
    }
  },
  "Health": {
    "type": "object",
    "required": ["status", "databases", "journal", "store"],
    "properties": {
      "status": {"enum": ["ok", "degraded", "failing"]}, "journal": {"type": "string"},
      "store": {"type": "string"}, "sandbox": {"type": "string"},
      "databases": {"type": "object", "additionalProperties": {"type": "string"}},
      "workspaces": {
        "type": "object",
        "properties": {
          "all": {"type": "integer"}, "awake": {"type": "integer"}, "failed": {"type": "integer"},
          "failures": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {"id": {"type": "string"}, "reason": {"type": "string"}}
            }
          }
        }
      }
    }
  }
})";

json::object reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

json::object content(std::string_view type, std::string_view schema) {
  return {{type, {{"schema", reference(schema)}}}};
}

json::array parameters_of(const Call& call) {
  json::array parameters;
  if (call.path.find("{id}") != std::string_view::npos) {
    parameters.push_back(
        {{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  if (call.id == "listWorkspaces") {
    parameters.push_back({{"name", "limit"},
                          {"in", "query"},
                          {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}}});
    parameters.push_back({{"name", "cursor"}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

json::object operation_of(const Call& call) {
  json::object answer{{"description", call.summary}};
  if (!call.schema.empty()) answer["content"] = content("application/json", call.schema);
  json::object responses{{call.status, std::move(answer)},
                         {"default",
                          {{"description", "a refusal, RFC 9457"},
                           {"content", content("application/problem+json", "Problem")}}}};
  json::object operation{{"operationId", call.id},
                         {"summary", call.summary},
                         {"parameters", parameters_of(call)},
                         {"responses", std::move(responses)}};
  if (call.id == "provision") {
    operation["requestBody"] = {{"required", true},
                                {"content", content("application/json", "Provision")}};
  }
  if (call.id == "rpc") {
    operation["requestBody"] = {
        {"required", true},
        {"content", {{"application/json", json::object{{"schema", json::object{}}}}}}};
  }
  if (call.id == "live") operation["security"] = json::array{};
  return operation;
}

json::object build() {
  json::object paths;
  for (const Call& call : kCalls) {
    json::value& path = paths[call.path];
    if (path.is_null()) path = json::object{};
    path.get_object()[call.method] = operation_of(call);
  }
  json::object schemes{{"token", {{"type", "http"}, {"scheme", "bearer"}}},
                       {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "coditect"}}}};
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "CODITECT Development Studio"}, {"version", "1"}}},
          {"security", json::array{json::object{{"token", json::array{}}},
                                   json::object{{"cookie", json::array{}}}}},
          {"paths", std::move(paths)},
          {"components",
           {{"securitySchemes", std::move(schemes)}, {"schemas", json::parse(kSchemas)}}}};
}

}  // namespace

const json::object& openapi_document() {
  static const json::object document = build();
  return document;
}

}  // namespace coditect::api
