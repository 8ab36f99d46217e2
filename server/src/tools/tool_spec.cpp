#include "tools/tool_spec.h"

#include <string_view>

#include "base/limits.h"

namespace coditect::tools {

namespace {

enum class Need { kRequired, kOptional };

/// Builds the schema of one tool's input.
class Schema {
 public:
  Schema&& text(std::string_view name, std::string_view description,
                Need need = Need::kRequired) && {
    return std::move(*this).add(name, "string", description, need);
  }
  Schema&& number(std::string_view name, std::string_view description, Need need) && {
    return std::move(*this).add(name, "integer", description, need);
  }
  Schema&& texts(std::string_view name, std::string_view description,
                 Need need = Need::kRequired) && {
    std::move(*this).add(name, "array", description, need);
    properties_[name].as_object()["items"] = json::object{{"type", "string"}};
    return std::move(*this);
  }
  json::object take() && {
    return {{"type", "object"},
            {"properties", std::move(properties_)},
            {"required", std::move(required_)},
            {"additionalProperties", false}};
  }

 private:
  Schema&& add(std::string_view name, std::string_view type, std::string_view description,
               Need need) && {
    json::value types = json::string(type);
    if (need == Need::kOptional) {
      types = json::array{json::string(type), "null"};
    } else {
      required_.emplace_back(name);
    }
    properties_[name] =
        json::object{{"type", std::move(types)}, {"description", json::string(description)}};
    return std::move(*this);
  }

  json::object properties_;
  json::array required_;
};

constexpr std::string_view kLockHelp =
    "A file, a folder that ends with '/', or a glob such as 'src/**/*.cpp'.";
constexpr std::string_view kPathHelp = "Path relative to the project, with '/'.";

void add_file_tools(std::vector<ToolSpec>& specs) {
  specs.push_back(
      {"list_files",
       "Lists the files and folders below a folder of the project, three levels deep, one path per "
       "line; folders end with '/'. Call it on a sub-folder to see deeper.",
       Schema()
           .text("path", "Folder relative to the project; '' or '.' for the project itself.",
                 Need::kOptional)
           .take()});
  specs.push_back(
      {"read_file",
       "Reads a text file of the project, exactly as it is and without line numbers. Read a file "
       "before you change it. Where the middle of a long file is left out, the answer says which "
       "lines to ask for.",
       Schema()
           .text("path", kPathHelp)
           .number("from_line", "First line to read, from 1. Default: the first.", Need::kOptional)
           .number("to_line", "Last line to read. Default: the last.", Need::kOptional)
           .take()});
  specs.push_back(
      {"write_file",
       "Creates a file, or replaces the whole of one. It fails, and shows what has changed, when "
       "somebody else has changed the file since you read it. Prefer edit_file for a change to an "
       "existing file. Takes the file's lock by itself, waiting where another agent holds it.",
       Schema().text("path", kPathHelp).text("text", "The file's whole new content.").take()});
  specs.push_back(
      {"edit_file",
       "Replaces one piece of text in a file. `old` must occur in the file exactly once, character "
       "for character, white space included; take in neighbouring lines until it is unique. It is "
       "applied to the file as it is now, so it also succeeds where others have changed other "
       "places since you read it. With an empty `old` it creates a file that does not exist yet.",
       Schema()
           .text("path", kPathHelp)
           .text("old", "The text to replace, without line numbers.")
           .text("new", "The text to put there; '' removes `old`.")
           .take()});
  specs.push_back(
      {"lock_files",
       "Keeps everybody else from changing a file, a folder or a glob over several of your steps, "
       "such as a refactoring that is only whole at its end; waits its turn. Single edits need no "
       "such lock. Others wait meanwhile, so lock little, and give it back with unlock_files as "
       "soon as you can; the end of your task gives it back too.",
       Schema().text("path", kLockHelp).take()});
  specs.push_back({"unlock_files", "Gives back what you took with lock_files.",
                   Schema().text("path", "As you gave it to lock_files.").take()});
  specs.push_back(
      {"search",
       "Searches the project's text files for a regular expression (Rust syntax, case-sensitive, "
       "matched within one line; put (?i) in front to ignore case; escape . ( ) [ ] { } * + ? | "
       "with a backslash to mean themselves) and lists the matches as path:line: text. Files that "
       ".gitignore excludes are skipped. With `in` it searches something else: 'log' finds what "
       "people and agents said and did in this workspace, 'meaning' finds passages of files that "
       "are about what you describe in words.",
       Schema()
           .text("query", "The regular expression; words where `in` is 'log' or 'meaning'.")
           .text("glob", "Only files whose path matches, such as '*.ts' or 'src/**/*.cpp'.",
                 Need::kOptional)
           .text("in", "'files' (as where it is absent), 'log' or 'meaning'.", Need::kOptional)
           .take()});
}

void add_command_tools(std::vector<ToolSpec>& specs) {
  specs.push_back(
      {"run_command",
       "Runs a bash command in a sandbox, in the project's folder (/workspace): builds, tests, "
       "scripts. No network but to hosts that the server's owner has listed, by HTTP and HTTPS "
       "through the proxy that is in the environment. No input, nothing outside the project "
       "survives; processes that it leaves behind are ended. Answers with what it printed and its "
       "exit code. Change files with "
       "edit_file and write_file rather than with commands: those respect the other agents' locks.",
       Schema()
           .text("command", "The command, as for bash -c.")
           .number("timeout_s",
                   "Seconds after which it is ended. Default 120, at most " +
                       std::to_string(limits::kCommandTimeMax.count()) + ".",
                   Need::kOptional)
           .texts("secrets",
                  "Names of the workspace's secrets that the command needs, as environment "
                  "variables of these names. A person is asked unless a rule allows it. What it "
                  "prints of their values is replaced.",
                  Need::kOptional)
           .take()});
  specs.push_back(
      {"git",
       "Runs git in the project's folder. Subcommands: status, diff, log, show, blame, grep, "
       "ls-files, rev-parse, shortlog, branch (list or create), add (paths by name) and commit "
       "(-m). Other agents work in the same tree, so nothing is offered that switches branches, "
       "rewrites history or discards changes, and `add` takes only paths that you name.",
       Schema()
           .texts("args", "The arguments, one by one: [\"log\", \"--oneline\", \"-5\"].")
           .take()});
}

void add_output_tool(std::vector<ToolSpec>& specs) {
  specs.push_back(
      {"read_output",
       "Reads what an answer of run_command, git or search left out. Such an answer says so, with "
       "the id and the line to begin at. What it reads from is kept until your task ends.",
       Schema()
           .text("id", "The id that the answer gave, such as 'o_1234567890ab'.")
           .number("from_line", "First line to read, from 1. Default: the first.", Need::kOptional)
           .take()});
}

void add_team_tools(std::vector<ToolSpec>& specs) {
  specs.push_back(
      {"send_message",
       "Sends a message to other agents working on this project. They see it when they next read "
       "their messages; nobody is interrupted and no task is started.",
       Schema()
           .text("to", "An agent's name, several separated by commas, or 'all'.")
           .text("text", "The message.")
           .take()});
  specs.push_back(
      {"read_messages",
       "Reads the messages that other agents and people have sent you and that you have not read.",
       Schema().take()});
  specs.push_back(
      {"delegate_task",
       "Gives another agent a task of its own, waits until it has ended, and returns what came of "
       "it. The prompt must say everything it needs to know: it does not see your conversation.",
       Schema()
           .text("agent",
                 "The agent's name, 'auto' to let the workspace choose, or 'all' others at once.")
           .text("prompt", "What to do, and how to tell that it is done.")
           .take()});
}

std::string joined_names(const json::object& properties) {
  std::string names;
  for (const auto& property : properties) {
    names += (names.empty() ? "`" : ", `") + std::string(property.key()) + "`";
  }
  return names.empty() ? "nothing" : names;
}

bool has_type(const json::value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "string") return value.is_string();
  if (type == "integer") return find_int(json::object{{"value", value}}, "value").has_value();
  if (type != "array" || !value.is_array()) return false;
  for (const json::value& element : value.get_array()) {
    if (!element.is_string()) return false;
  }
  return true;
}

std::string_view described(std::string_view type) {
  if (type == "string") return "a string";
  if (type == "integer") return "a whole number";
  if (type == "array") return "an array of strings";
  return "null";
}

Result<void> validate_member(const ToolSpec& spec, std::string_view name,
                             const json::object& schema, const json::value& value) {
  const json::value& type = schema.at("type");
  json::array types;
  if (type.is_array()) {
    types = type.get_array();
  } else {
    types.push_back(type);
  }
  for (const json::value& each : types) {
    if (has_type(value, each.as_string())) return {};
  }
  return invalid("`" + std::string(name) + "` of " + spec.name + " must be " +
                     std::string(described(types.front().as_string())),
                 std::string(schema.at("description").as_string()));
}

}  // namespace

std::vector<ToolSpec> tool_specs() {
  std::vector<ToolSpec> specs;
  add_file_tools(specs);
  add_command_tools(specs);
  add_output_tool(specs);
  add_team_tools(specs);
  return specs;
}

json::object strict_schema(const json::object& schema) {
  json::object strict = schema;
  json::array required;
  for (const auto& property : schema.at("properties").as_object()) {
    required.emplace_back(property.key());
  }
  strict["required"] = std::move(required);
  return strict;
}

Result<void> validate_input(const ToolSpec& spec, const json::object& input) {
  const json::object& properties = spec.input_schema.at("properties").as_object();
  const std::string takes = spec.name + " takes " + joined_names(properties);
  for (const auto& member : input) {
    if (!properties.contains(member.key())) {
      return invalid("`" + std::string(member.key()) + "` is not an argument of " + spec.name,
                     takes);
    }
  }
  for (const json::value& required : spec.input_schema.at("required").as_array()) {
    if (!input.contains(required.as_string())) {
      return invalid("`" + std::string(required.as_string()) + "` is missing", takes);
    }
  }
  for (const auto& member : input) {
    const json::object& schema = properties.at(member.key()).as_object();
    TRY_VOID(validate_member(spec, member.key(), schema, member.value()));
  }
  return {};
}

}  // namespace coditect::tools
