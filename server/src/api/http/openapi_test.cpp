#include "api/http/openapi.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace coditect::api {
namespace {

/// Calls `visit` for every object anywhere in `value`.
void each_object(const json::value& value, const std::function<void(const json::object&)>& visit) {
  if (const json::object* object = value.if_object()) {
    visit(*object);
    for (const auto& member : *object) each_object(member.value(), visit);
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) each_object(element, visit);
  }
}

/// Calls `visit` for every operation of the document.
void each_operation(const std::function<void(const std::string& path, const std::string& method,
                                             const json::object& operation)>& visit) {
  for (const auto& path : openapi_document().at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      visit(path.key(), operation.key(), operation.value().as_object());
    }
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  const json::value document = openapi_document();
  std::set<std::string> used;
  each_object(document, [&](const json::object& object) {
    const json::value* reference = object.if_contains("$ref");
    if (reference == nullptr) return;
    const std::string text(reference->as_string());
    ASSERT_TRUE(text.starts_with("#/")) << text;
    EXPECT_NO_THROW((void)document.at_pointer(text.substr(1))) << text;
    used.insert(text.substr(text.rfind('/') + 1));
  });
  for (const auto& schema : document.at_pointer("/components/schemas").as_object()) {
    EXPECT_TRUE(used.contains(std::string(schema.key()))) << schema.key() << " is never used";
  }
}

TEST(OpenApi, OperationIdsAreUnique) {
  std::set<std::string> ids;
  each_operation(
      [&](const std::string& path, const std::string& method, const json::object& operation) {
        const std::string id(operation.at("operationId").as_string());
        EXPECT_FALSE(id.empty());
        EXPECT_TRUE(ids.insert(id).second) << method << " " << path << ": " << id;
      });
  EXPECT_GE(ids.size(), 15u);
}

TEST(OpenApi, EveryPlaceholderIsARequiredParameter) {
  each_operation([](const std::string& path, const std::string& method,
                    const json::object& operation) {
    std::set<std::string> expected;
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
      expected.insert(path.substr(open + 1, path.find('}', open) - open - 1));
    }
    std::set<std::string> declared;
    for (const json::value& parameter : operation.at("parameters").as_array()) {
      ASSERT_TRUE(parameter.at("schema").is_object());
      if (parameter.at("in") != "path") continue;
      EXPECT_EQ(parameter.at("required"), true);
      declared.insert(std::string(parameter.at("name").as_string()));
    }
    EXPECT_EQ(declared, expected) << method << " " << path;
  });
}

TEST(OpenApi, EveryOperationSaysHowItSucceedsAndFails) {
  each_operation([](const std::string& path, const std::string& method,
                    const json::object& operation) {
    const json::object& responses = operation.at("responses").as_object();
    EXPECT_TRUE(responses.contains("default")) << method << " " << path;
    bool succeeds = false;
    for (const auto& response : responses) {
      EXPECT_TRUE(response.value().as_object().contains("description")) << method << " " << path;
      succeeds |= response.key().starts_with('2') || response.key() == "101";
    }
    EXPECT_TRUE(succeeds) << method << " " << path;
  });
}

TEST(OpenApi, RequiredMembersAreDescribed) {
  const json::value document = openapi_document();
  for (const auto& schema : document.at_pointer("/components/schemas").as_object()) {
    if (schema.value().as_object().contains("enum")) continue;  // a word, without members
    const json::object& properties = schema.value().at("properties").as_object();
    for (const json::value& name : schema.value().at("required").as_array()) {
      EXPECT_TRUE(properties.contains(name.as_string())) << schema.key() << " " << name;
    }
  }
}

TEST(OpenApi, NamesEveryCallOfTheInterfaceAndThoseThatNeedNoToken) {
  const struct {
    const char* path;
    const char* method;
  } cases[] = {{"/workspaces/provision", "post"},
               {"/workspaces", "get"},
               {"/workspaces/{id}", "get"},
               {"/workspaces/{id}", "delete"},
               {"/workspaces/{id}/wake", "post"},
               {"/workspaces/{id}/sleep", "post"},
               {"/workspaces/{id}/renew", "post"},
               {"/workspaces/{id}/undelete", "post"},
               {"/workspaces/{id}/rpc", "post"},
               {"/workspaces/{id}/socket", "get"},
               {"/provider-keys", "get"},
               {"/provider-keys/{id}", "put"},
               {"/provider-keys/{id}", "delete"},
               {"/provider-keys/{id}/test", "post"},
               {"/mcp", "post"},
               {"/workspaces/{id}/mcp", "post"},
               {"/oauth/callback", "get"},
               {"/health", "get"},
               {"/health/live", "get"},
               {"/health/ready", "get"},
               {"/me", "get"},
               {"/join", "post"},
               {"/people", "get"},
               {"/people/{id}", "delete"},
               {"/invitations", "post"},
               {"/invitations", "get"},
               {"/invitations/{id}", "delete"},
               {"/metrics", "get"},
               {"/openapi.json", "get"},
               {"/openrpc.json", "get"}};
  const json::object& paths = openapi_document().at("paths").as_object();
  for (const auto& c : cases) {
    const json::object* path = find_object(paths, c.path);
    ASSERT_NE(path, nullptr) << c.path;
    EXPECT_NE(find_object(*path, c.method), nullptr) << c.method << " " << c.path;
  }
  std::set<std::string> open;
  each_operation([&](const std::string& path, const std::string&, const json::object& operation) {
    const json::array* security = find_array(operation, "security");
    if (security != nullptr && security->empty()) open.insert(path);
  });
  // A browser comes back to the callback from a sign-in elsewhere; docs/decisions/0035. Who joins
  // has an invitation and nothing else; docs/decisions/0037.
  EXPECT_EQ(open,
            (std::set<std::string>{"/health/live", "/join", "/join/look", "/oauth/callback"}));
}

}  // namespace
}  // namespace coditect::api
