#include "api/http/openapi.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "api/http/routes.h"
#include "net/ascii.h"

namespace coditect::api {

namespace {

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
      "durability": {"enum": ["local", "replicated"]},
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
      "kind": {"enum": ["empty", "git", "path", "template", "workspace", "import"]},
      "url": {"type": "string"}, "path": {"type": "string"}, "name": {"type": "string"},
      "id": {"type": "string"}, "through_seq": {"type": "integer", "minimum": 1},
      "file": {"type": "string"}, "format": {"enum": ["zip", "tar", "tar.gz", "tar.zst"]},
      "files": {"type": "integer"}, "bytes": {"type": "integer"},
      "left_out": {
        "type": "array",
        "items": {
          "type": "object",
          "properties": {"path": {"type": "string"}, "why": {"type": "string"}}
        }
      },
      "left_out_count": {"type": "integer"}
    }
  },
  "Provision": {
    "type": "object",
    "required": ["name"],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "source": {"$ref": "#/components/schemas/Source"},
      "durability": {"enum": ["local", "replicated"], "default": "local"},
      "request": {"type": "string", "pattern": "^[a-z0-9_-]{1,100}$"}
    }
  },
  "Cancelled": {
    "type": "object",
    "required": ["cancelled"],
    "properties": {"cancelled": {"type": "boolean"}}
  },
  "SetProviderKey": {
    "type": "object",
    "required": ["key"],
    "additionalProperties": false,
    "properties": {"key": {"type": "string", "minLength": 8, "maxLength": 4096, "writeOnly": true}}
  },
  "ProviderKeyTest": {
    "type": "object",
    "required": ["ok", "at", "model"],
    "properties": {
      "ok": {"type": "boolean"}, "at": {"type": "string", "format": "date-time"},
      "model": {"type": "string"}, "elapsed_ms": {"type": "integer"},
      "input": {"type": "integer"}, "output": {"type": "integer"},
      "cost_usd": {"type": ["number", "null"]},
      "message": {"type": "string"}, "hint": {"type": "string"}
    }
  },
  "ProviderKey": {
    "type": "object",
    "required": ["provider", "variable", "in_use", "set", "in_environment", "agents"],
    "properties": {
      "provider": {"type": "string"}, "variable": {"type": "string"},
      "in_use": {"enum": ["studio", "environment", "none", "simulated"]},
      "set": {"type": "boolean"}, "in_environment": {"type": "boolean"},
      "ends_in": {"type": "string"}, "set_at": {"type": "string", "format": "date-time"},
      "set_by": {"type": "string"},
      "agents": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["name", "model", "simulated"],
          "properties": {
            "name": {"type": "string"}, "model": {"type": "string"},
            "simulated": {"type": "boolean"}, "key_variable": {"type": "string"}
          }
        }
      },
      "tested": {"$ref": "#/components/schemas/ProviderKeyTest"}
    }
  },
  "ProviderKeys": {
    "type": "object",
    "required": ["providers", "simulated_by_option"],
    "properties": {
      "providers": {"type": "array", "items": {"$ref": "#/components/schemas/ProviderKey"}},
      "simulated_by_option": {"type": "boolean"}
    }
  },
  "Me": {
    "type": "object",
    "required": ["name", "actor", "role"],
    "properties": {
      "name": {"type": "string"}, "actor": {"type": "string"},
      "role": {"$ref": "#/components/schemas/Role"}, "workspace": {"type": "string"},
      "invited": {"type": "boolean"}
    }
  },
  "Role": {"enum": ["viewer", "editor", "owner"]},
  "Person": {
    "type": "object",
    "required": ["id", "name", "actor", "role", "joined_at", "invited_by"],
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "actor": {"type": "string"},
      "role": {"$ref": "#/components/schemas/Role"}, "workspace": {"type": "string"},
      "joined_at": {"type": "string", "format": "date-time"}, "invited_by": {"type": "string"},
      "role_by": {"type": "string"}, "role_at": {"type": "string", "format": "date-time"}
    }
  },
  "GiveRole": {
    "type": "object",
    "required": ["role"],
    "properties": {"role": {"$ref": "#/components/schemas/Role"}}
  },
  "People": {
    "type": "object",
    "required": ["people"],
    "properties": {
      "people": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}
    }
  },
  "Invitation": {
    "type": "object",
    "required": ["role", "expires_at"],
    "properties": {
      "id": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
      "workspace": {"type": "string"}, "workspace_name": {"type": "string"},
      "expires_at": {"type": "string", "format": "date-time"},
      "uses_left": {"type": "integer"}, "made_by": {"type": "string"},
      "secret": {"type": "string"}
    }
  },
  "Invitations": {
    "type": "object",
    "required": ["invitations"],
    "properties": {
      "invitations": {"type": "array", "items": {"$ref": "#/components/schemas/Invitation"}}
    }
  },
  "Invite": {
    "type": "object",
    "required": ["role"],
    "properties": {
      "role": {"$ref": "#/components/schemas/Role"}, "workspace": {"type": "string"},
      "expires_in_s": {"type": "integer", "minimum": 60, "maximum": 2592000, "default": 604800},
      "uses": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1}
    }
  },
  "Join": {
    "type": "object",
    "required": ["secret"],
    "properties": {"secret": {"type": "string"}, "name": {"type": "string"}}
  },
  "Health": {
    "type": "object",
    "required": ["status", "databases", "journal", "store"],
    "properties": {
      "status": {"enum": ["ok", "degraded", "failing"]}, "journal": {"type": "string"},
      "store": {"type": "string"}, "providers": {"type": "string"},
      "sandbox": {"type": "string"},
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

json::array parameters_of(const Route& route) {
  json::array parameters;
  if (route.path.find("{id}") != std::string_view::npos) {
    parameters.push_back(
        {{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  if (route.operation == Operation::kList) {
    parameters.push_back({{"name", "limit"},
                          {"in", "query"},
                          {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}}});
    parameters.push_back({{"name", "cursor"}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  if (route.operation == Operation::kImport) {
    for (const char* name : {"name", "file", "durability", "request"}) {
      parameters.push_back({{"name", name},
                            {"in", "query"},
                            {"required", std::string_view(name) == "name"},
                            {"schema", {{"type", "string"}}}});
    }
  }
  return parameters;
}

/// The schema of what is sent; "" for none, or one of its own.
std::string_view body_of(Operation operation) {
  switch (operation) {
    case Operation::kProvision: return "Provision";
    case Operation::kInvite: return "Invite";
    case Operation::kGiveRole: return "GiveRole";
    case Operation::kJoin:
    case Operation::kJoinLook: return "Join";
    default: return "";
  }
}

/// One whose shape is described elsewhere.
json::object any_body(std::string_view type) {
  return {{"required", true}, {"content", {{type, json::object{{"schema", json::object{}}}}}}};
}

json::object operation_of(const Route& route) {
  json::object answer{{"description", route.summary}};
  if (!route.schema.empty()) answer["content"] = content("application/json", route.schema);
  json::object responses{{route.status, std::move(answer)},
                         {"default",
                          {{"description", "a refusal, RFC 9457"},
                           {"content", content("application/problem+json", "Problem")}}}};
  json::object operation{{"operationId", route.id},
                         {"summary", route.summary},
                         {"parameters", parameters_of(route)},
                         {"responses", std::move(responses)}};
  operation["x-role"] = to_string(route.role);
  if (const std::string_view schema = body_of(route.operation); !schema.empty()) {
    operation["requestBody"] = {{"required", true},
                                {"content", content("application/json", schema)}};
  }
  if (route.operation == Operation::kKeySet) {
    operation["requestBody"] = {{"required", true},
                                {"content", content("application/json", "SetProviderKey")}};
  }
  if (route.operation == Operation::kImport) {
    operation["requestBody"] = any_body("application/octet-stream");
  }
  if (route.operation == Operation::kRpc) operation["requestBody"] = any_body("application/json");
  if (route.door == kOpen) operation["security"] = json::array{};
  return operation;
}

json::object build() {
  json::object paths;
  for (const Route& route : routes()) {
    json::value& path = paths[route.path];
    if (path.is_null()) path = json::object{};
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), net::to_lower_ascii);
    path.get_object()[method] = operation_of(route);
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
