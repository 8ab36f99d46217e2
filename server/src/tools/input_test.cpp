#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "tools/git_arguments.h"
#include "tools/project_path.h"
#include "tools/tool_spec.h"

namespace coditect::tools {
namespace {

const ToolSpec& spec_of(std::string_view name) {
  static const std::vector<ToolSpec> specs = tool_specs();
  return *std::ranges::find(specs, name, &ToolSpec::name);
}

TEST(ToolSpecTest, SchemasKeepToWhatEveryVendorTakes) {
  std::set<std::string> names;
  for (const ToolSpec& spec : tool_specs()) {
    SCOPED_TRACE(spec.name);
    EXPECT_TRUE(names.insert(spec.name).second);
    EXPECT_GT(spec.description.size(), 40u);
    const json::object& schema = spec.input_schema;
    EXPECT_EQ(schema.at("type"), "object");
    EXPECT_EQ(schema.at("additionalProperties"), false);
    for (const json::value& required : schema.at("required").as_array()) {
      EXPECT_TRUE(schema.at("properties").as_object().contains(required.as_string()));
    }
    for (const auto& property : schema.at("properties").as_object()) {
      EXPECT_FALSE(property.value().at("description").as_string().empty()) << property.key();
      EXPECT_TRUE(property.value().as_object().contains("type")) << property.key();
    }
    const json::object strict = strict_schema(schema);
    EXPECT_EQ(strict.at("required").as_array().size(), schema.at("properties").as_object().size());
  }
  EXPECT_EQ(names.size(), 13u);
}

TEST(ValidateInputTest, AcceptsAndRefuses) {
  struct Case {
    const char* tool;
    const char* input;
    const char* says;  // in message or hint; nullptr: accepted
  };
  const Case cases[] = {
      {"read_file", R"({"path":"a"})", nullptr},
      {"read_file", R"({"path":"a","from_line":1,"to_line":null})", nullptr},
      {"read_file", R"({"path":"a","from_line":2.0})", nullptr},
      {"list_files", R"({})", nullptr},
      {"read_messages", R"({})", nullptr},
      {"git", R"({"args":["status"]})", nullptr},
      {"read_file", R"({})", "`path` is missing"},
      {"read_file", R"({"path":null})", "must be a string"},
      {"read_file", R"({"path":7})", "must be a string"},
      {"read_file", R"({"path":"a","from_line":"1"})", "must be a whole number"},
      {"read_file", R"({"path":"a","from_line":1.5})", "must be a whole number"},
      {"read_file", R"({"file":"a"})", "`file` is not an argument of read_file"},
      {"edit_file", R"({"path":"a","old":"x"})", "`path`, `old`, `new`"},
      {"read_messages", R"({"x":1})", "takes nothing"},
      {"git", R"({"args":"status"})", "an array of strings"},
      {"git", R"({"args":["log",5]})", "an array of strings"},
      {"run_command", R"({"command":["ls"]})", "must be a string"},
  };
  for (const Case& each : cases) {
    auto checked = validate_input(spec_of(each.tool), *parse_json_object(each.input));
    EXPECT_EQ(checked.ok(), each.says == nullptr) << each.tool << " " << each.input;
    if (checked || each.says == nullptr) continue;
    const std::string all = checked.error().message + " " + checked.error().hint;
    EXPECT_NE(all.find(each.says), std::string::npos) << all;
  }
}

TEST(ProjectPathTest, NormalisesAndRefuses) {
  struct Case {
    std::string path;
    std::optional<std::string> normal;
  };
  const Case cases[] = {
      {"src/a.cpp", "src/a.cpp"},
      {"./src//a.cpp", "src/a.cpp"},
      {"src/./a/", "src/a"},
      {"", ""},
      {".", ""},
      {"/workspace", ""},
      {"/workspace/src", "src"},
      {"..hidden", "..hidden"},
      {"a b/ü.txt", "a b/ü.txt"},
      {"..", std::nullopt},
      {"a/../../b", std::nullopt},
      {"a/..", std::nullopt},
      {"/etc/passwd", std::nullopt},
      {"/workspaces/a", std::nullopt},
      {"/workspace/../etc", std::nullopt},
      {std::string("a\0b", 3), std::nullopt},
      {"a\nb", std::nullopt},
      {std::string(limits::kPathBytesMax + 1, 'a'), std::nullopt},
  };
  for (const Case& each : cases) {
    auto normal = project_path(each.path);
    EXPECT_EQ(normal.ok(), each.normal.has_value()) << each.path;
    if (normal && each.normal) EXPECT_EQ(*normal, *each.normal);
  }
}

TEST(ProjectPathTest, WhatItAcceptsStaysInside) {
  EXPECT_TRUE(rc::check([] {
    const auto part = rc::gen::element<std::string>("..", ".", "/", "a", "workspace", "", "\\");
    std::string path;
    for (const auto& each : *rc::gen::container<std::vector<std::string>>(part)) path += each + "/";
    const auto normal = project_path(path);
    if (!normal) return;
    RC_ASSERT(!normal->starts_with('/'));
    RC_ASSERT(("/" + *normal + "/").find("/../") == std::string::npos);
    RC_ASSERT(*project_path(*normal) == *normal);
  }));
}

TEST(ChangeablePathTest, KeepsOffTheRepositoryItself) {
  for (const char* path : {"", ".", ".git/config", ".GIT/hooks/x", "sub/.git/hooks/post-commit"}) {
    EXPECT_FALSE(changeable_path(path)) << path;
  }
  for (const char* path : {".gitignore", "a/.github/x.yml", "git/x"}) {
    EXPECT_TRUE(changeable_path(path)) << path;
  }
}

TEST(GitArgumentsTest, OffersWhatAgentsCanUseSideBySide) {
  using Args = std::vector<std::string>;
  struct Case {
    Args args;
    std::optional<GitEffect> effect;
  };
  const Case cases[] = {
      {{"status"}, GitEffect::kReads},
      {{"log", "--oneline", "-5"}, GitEffect::kReads},
      {{"log", "--patch", "-c"}, GitEffect::kReads},
      {{"diff", "HEAD~1", "--", "src/a.cpp"}, GitEffect::kReads},
      {{"add", "src/a.cpp", "b.txt"}, GitEffect::kWrites},
      {{"commit", "-m", "Fix it"}, GitEffect::kWrites},
      {{"commit", "-m", "--amend is a word here"}, GitEffect::kWrites},
      {{"branch", "topic"}, GitEffect::kWrites},
      {{}, std::nullopt},
      {{"-c", "core.pager=evil", "log"}, std::nullopt},
      {{"--git-dir=/x", "log"}, std::nullopt},
      {{"push"}, std::nullopt},
      {{"checkout", "main"}, std::nullopt},
      {{"reset", "--hard"}, std::nullopt},
      {{"config", "core.hooksPath", "x"}, std::nullopt},
      {{"clean", "-fdx"}, std::nullopt},
      {{"stash"}, std::nullopt},
      {{"diff", "--output=x"}, std::nullopt},
      {{"add", "."}, std::nullopt},
      {{"add", "-A"}, std::nullopt},
      {{"add", "--al"}, std::nullopt},
      {{"add", "-p"}, std::nullopt},
      {{"commit"}, std::nullopt},
      {{"commit", "-am", "x"}, std::nullopt},
      {{"commit", "--all", "-m", "x"}, std::nullopt},
      {{"commit", "--amend", "-m", "x"}, std::nullopt},
      {{"commit", "-m", "x", "--am"}, std::nullopt},
      {{"branch", "-D", "main"}, std::nullopt},
      {{"branch", "--force", "main", "x"}, std::nullopt},
  };
  for (const Case& each : cases) {
    std::string shown;
    for (const std::string& arg : each.args) shown += arg + " ";
    auto effect = check_git_arguments(each.args);
    EXPECT_EQ(effect.ok(), each.effect.has_value()) << shown;
    if (effect && each.effect) EXPECT_EQ(*effect, *each.effect) << shown;
    if (!effect) EXPECT_FALSE(effect.error().hint.empty()) << shown;
  }
}

}  // namespace
}  // namespace coditect::tools
