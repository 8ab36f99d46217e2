#include "app/acp/updates.h"

#include <algorithm>

#include "app/print/text.h"

namespace coditect::app {

namespace {

struct KnownTool {
  std::string_view name;
  std::string_view kind;
  std::string_view verb;
};
constexpr KnownTool kTools[] = {
    {"list_files", "read", "List"},          {"read_file", "read", "Read"},
    {"read_output", "read", "Read on"},      {"write_file", "edit", "Write"},
    {"edit_file", "edit", "Edit"},           {"search", "search", "Search"},
    {"run_command", "execute", "Run"},       {"git", "execute", "git"},
    {"lock_files", "other", "Lock"},         {"unlock_files", "other", "Unlock"},
    {"lock", "other", "Wait for a lock on"}, {"delegate_task", "other", "Delegate to"},
    {"send_message", "other", "Message to"}, {"read_messages", "other", "Read messages"},
};

const KnownTool* find_tool(std::string_view name) {
  const auto place = std::ranges::find(kTools, name, &KnownTool::name);
  return place == std::end(kTools) ? nullptr : &*place;
}

json::object text_content(std::string text) {
  return {{"type", "content"}, {"content", {{"type", "text"}, {"text", std::move(text)}}}};
}

json::object choice(std::string_view id, std::string_view name, std::string_view kind) {
  return {{"optionId", id}, {"name", name}, {"kind", kind}};
}

/// What there is to answer; the ids are the words of approvals.answer.
json::array choices_of(const json::object& data) {
  if (find_string(data, "kind") == "lock") {
    return {choice("approve", "Take the lock away from its holder", "allow_once"),
            choice("wait", "Go on waiting", "reject_once"),
            choice("cancel", "Go on without it", "reject_once")};
  }
  return {choice("allow", "Allow", "allow_once"), choice("deny", "Deny", "reject_once")};
}

}  // namespace

json::object message_chunk(std::string_view kind, std::string_view text) {
  return {{"sessionUpdate", kind}, {"content", {{"type", "text"}, {"text", text}}}};
}

std::string_view tool_kind(std::string_view tool) {
  const KnownTool* known = find_tool(tool);
  return known == nullptr ? "other" : known->kind;
}

std::string tool_title(std::string_view tool, const json::object& input) {
  const KnownTool* known = find_tool(tool);
  std::string title(known == nullptr ? tool : known->verb);
  for (const std::string_view key : {"path", "command", "query", "to", "agent", "id"}) {
    if (const auto value = find_string(input, key)) return title + " " + one_line(*value);
  }
  if (const json::array* args = find_array(input, "args")) {
    for (const json::value& arg : *args) {
      if (arg.is_string()) title += " " + one_line(std::string(arg.get_string()));
    }
  }
  return title;
}

json::array tool_locations(const json::object& input, std::string_view folder) {
  json::array locations;
  const auto path = find_string(input, "path");
  if (path && !path->empty() && path->find('*') == std::string::npos) {
    locations.push_back(json::object{{"path", std::string(folder) + "/" + *path}});
  }
  return locations;
}

json::object tool_started(const json::object& data, std::string_view folder) {
  const std::string tool = find_string(data, "tool").value_or("");
  const json::object* given = find_object(data, "input");
  const json::object input = given == nullptr ? json::object() : *given;
  return {{"sessionUpdate", "tool_call"},
          {"toolCallId", find_string(data, "id").value_or("")},
          {"title", tool_title(tool, input)},
          {"kind", tool_kind(tool)},
          {"status", "in_progress"},
          {"locations", tool_locations(input, folder)},
          {"rawInput", input}};
}

json::object tool_finished(const json::object& data, const std::optional<ShownChange>& change,
                           std::string_view folder) {
  json::array content;
  if (change) {
    json::object diff{{"type", "diff"},
                      {"path", std::string(folder) + "/" + change->path},
                      {"newText", change->after}};
    if (change->before) diff["oldText"] = *change->before;
    content.push_back(std::move(diff));
  }
  content.push_back(text_content(find_string(data, "output").value_or("")));
  const bool good = find_bool(data, "ok").value_or(false);
  return {{"sessionUpdate", "tool_call_update"},
          {"toolCallId", find_string(data, "id").value_or("")},
          {"status", good ? "completed" : "failed"},
          {"content", std::move(content)}};
}

json::object permission_request(std::string_view session, const json::object& data,
                                std::string_view call, std::string_view folder) {
  const std::string tool = find_string(data, "tool").value_or("");
  const json::object* given = find_object(data, "input");
  const json::object input = given == nullptr ? json::object() : *given;
  json::array content;
  content.push_back(text_content(find_string(data, "why").value_or("")));
  const json::object shown{{"toolCallId", call},
                           {"title", tool_title(tool, input)},
                           {"kind", tool_kind(tool)},
                           {"status", "pending"},
                           {"content", std::move(content)},
                           {"locations", tool_locations(input, folder)},
                           {"rawInput", input}};
  return {{"sessionId", session}, {"toolCall", shown}, {"options", choices_of(data)}};
}

}  // namespace coditect::app
