#include "api/rpc/method_table.h"

#include <gtest/gtest.h>

#include <set>

#include "api/rpc/method_roles.h"

namespace coditect::api {
namespace {

const Method kMethod{"things.do",
                     "Does a thing",
                     {{"path", "string", Parameter::Need::kRequired, "which file"},
                      {"count", "integer", Parameter::Need::kOptional, "how many"},
                      {"share", "number", Parameter::Need::kOptional, "how much"},
                      {"names", "array", Parameter::Need::kOptional, "who"},
                      {"options", "object", Parameter::Need::kOptional, "how"},
                      {"value", "any", Parameter::Need::kOptional, "what"}},
                     "nothing",
                     nullptr};

TEST(CheckParameters, TakesWhatTheMethodHas) {
  for (const char* text : {
           R"({"path":""})",
           R"({"path":"a","count":3})",
           R"({"path":"a","count":-3})",
           R"({"path":"a","share":2})",
           R"({"path":"a","share":0.5})",
           R"({"path":"a","names":[]})",
           R"({"path":"a","options":{}})",
           R"({"path":"a","value":null})",
           R"({"path":"a","value":[1]})",
       }) {
    const auto checked = check_parameters(kMethod, *parse_json_object(text));
    EXPECT_TRUE(checked) << text;
  }
}

TEST(CheckParameters, RefusesTheRestAndNamesIt) {
  const struct {
    const char* text;
    const char* names;
  } cases[] = {
      {R"({})", "'path'"},
      {R"({"count":1})", "'path'"},
      {R"({"path":null})", "'path'"},
      {R"({"path":1})", "'path'"},
      {R"({"path":["a"]})", "'path'"},
      {R"({"path":"a","count":"1"})", "'count'"},
      {R"({"path":"a","count":1.5})", "'count'"},
      {R"({"path":"a","count":18446744073709551615})", "'count'"},
      {R"({"path":"a","count":true})", "'count'"},
      {R"({"path":"a","count":null})", "'count'"},
      {R"({"path":"a","share":"1"})", "'share'"},
      {R"({"path":"a","names":"ann"})", "'names'"},
      {R"({"path":"a","names":{}})", "'names'"},
      {R"({"path":"a","options":[]})", "'options'"},
      {R"({"path":"a","Count":1})", "'Count'"},
      {R"({"path":"a","base_verison":1})", "'base_verison'"},
  };
  for (const auto& c : cases) {
    const auto checked = check_parameters(kMethod, *parse_json_object(c.text));
    ASSERT_FALSE(checked) << c.text;
    EXPECT_EQ(checked.error().code, Errc::kInvalid) << c.text;
    EXPECT_NE(checked.error().message.find(c.names), std::string::npos) << checked.error().message;
    EXPECT_FALSE(checked.error().hint.empty()) << c.text;
  }
}

/// The methods that docs/api promises; more may come, none may go.
constexpr std::string_view kPromised[] = {
    "workspace.attach",   "agents.list",        "tasks.submit",          "tasks.list",
    "tasks.get",          "tasks.cancel",       "tasks.retry",           "tasks.promote",
    "tasks.pause",        "tasks.resume",       "tasks.steer",           "tasks.answers",
    "messages.send",      "messages.list",      "approvals.list",        "approvals.answer",
    "files.tree",         "files.read",         "files.write",           "files.create",
    "files.move",         "files.remove",       "files.history",         "locks.list",
    "locks.acquire",      "locks.renew",        "locks.release",         "locks.resolve",
    "sql.query",          "timeline.range",     "timeline.at",           "timeline.file_at",
    "checkpoints.create", "checkpoints.list",   "checkpoints.restore",   "cost.summary",
    "cost.set_budget",    "cost.settle",        "search.text",           "search.semantic",
    "terminal.open",      "terminal.write",     "terminal.resize",       "terminal.close",
    "instructions.list",  "instructions.trust", "instructions.distrust", "tasks.changes",
    "tasks.revert",       "tasks.reject_hunks", "tasks.accept_hunks",    "timeline.density",
    "timeline.restore",   "tasks.accept_files"};

TEST(MethodTable, HasEveryPromisedMethod) {
  const MethodTable table;
  for (const std::string_view name : kPromised) {
    const Method* method = table.find(name);
    ASSERT_NE(method, nullptr) << name;
    EXPECT_EQ(method->name, name);
  }
  EXPECT_EQ(table.find("files.Read"), nullptr);
  EXPECT_EQ(table.find("files"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
}

TEST(MethodTable, DescribesEveryParameter) {
  const std::set<std::string_view> types{"string", "integer", "number", "boolean",
                                         "array",  "object",  "any"};
  const MethodTable table;
  for (const auto& [name, method] : table.methods()) {
    EXPECT_NE(method.handler, nullptr) << name;
    EXPECT_FALSE(method.summary.empty()) << name;
    EXPECT_FALSE(method.result.empty()) << name;
    std::set<std::string_view> seen;
    for (const Parameter& parameter : method.parameters) {
      EXPECT_TRUE(seen.insert(parameter.name).second) << name << " " << parameter.name;
      EXPECT_TRUE(types.contains(parameter.type)) << name << " " << parameter.type;
      EXPECT_FALSE(parameter.description.empty()) << name << " " << parameter.name;
    }
  }
}

TEST(MethodTable, WhatIsNotListedIsAnOwners) {
  EXPECT_EQ(least_role("files.forgotten"), Role::kOwner);
  EXPECT_EQ(least_role(""), Role::kOwner);
  EXPECT_EQ(least_role("files.read"), Role::kViewer);
  EXPECT_EQ(least_role("files.write"), Role::kEditor);
  const MethodTable table;
  for (const auto& [name, method] : table.methods()) EXPECT_EQ(method.role, least_role(name));
}

TEST(MethodTable, EveryNameWithARoleIsAMethod) {
  const MethodTable table;
  for (const std::string_view name : names_with_roles()) EXPECT_TRUE(table.find(name)) << name;
}

TEST(MethodTable, OpenrpcSaysWhatIsChecked) {
  const MethodTable table;
  const json::object document = table.openrpc();
  EXPECT_EQ(document.at("openrpc"), "1.3.2");
  const json::array& listed = document.at("methods").as_array();
  std::set<std::string> names;
  for (const json::value& row : listed) {
    const std::string name(row.at("name").as_string());
    EXPECT_TRUE(names.insert(name).second) << name;
    const Method* method = table.find(name);
    ASSERT_NE(method, nullptr) << name;
    EXPECT_EQ(row.at("paramStructure"), "by-name");
    const json::array& params = row.at("params").as_array();
    ASSERT_EQ(params.size(), method->parameters.size()) << name;
    for (std::size_t i = 0; i < params.size(); ++i) {
      const Parameter& parameter = method->parameters[i];
      EXPECT_EQ(params[i].at("name").as_string(), parameter.name) << name;
      EXPECT_EQ(params[i].at("required"), parameter.need == Parameter::Need::kRequired) << name;
      const json::value* type = params[i].at("schema").as_object().if_contains("type");
      ASSERT_EQ(type == nullptr, parameter.type == "any") << name << " " << parameter.name;
      if (type != nullptr) EXPECT_EQ(type->as_string(), parameter.type) << name;
    }
  }
  for (const std::string_view name : kPromised) EXPECT_TRUE(names.contains(std::string(name)));
  EXPECT_EQ(names.size(), table.methods().size());
}

}  // namespace
}  // namespace coditect::api
