#include "agents/acp/live_call.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

#include "agents/acp/acp_limits.h"
#include "base/limits.h"
#include "coordination/approvals/command_pattern.h"
#include "tools/project_path.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents::acp {

namespace {

using approvals::Effect;

constexpr std::size_t kTitleBytesMax = 500;

void add_path(LiveCall& call, std::string_view written) {
  auto path = tools::project_path(written);
  if (!path || path->empty()) {
    // The project itself is a place to look at, not a file to change.
    call.outside = call.outside || !path;
    return;
  }
  if (std::ranges::find(call.paths, *path) == call.paths.end()) {
    call.paths.push_back(*std::move(path));
  }
}

void take_locations(LiveCall& call, const json::array& locations) {
  for (const json::value& each : locations) {
    const json::object* location = each.if_object();
    const auto path = location == nullptr ? std::nullopt : find_string(*location, "path");
    if (path) add_path(call, *path);
  }
}

/// Some programs show a call's arguments as text before they say what it is about.
bool take_arguments(LiveCall& call, std::string_view text) {
  if (call.ended() || !text.starts_with('{') || !text.ends_with("}\n")) return false;
  auto arguments = parse_json_object(text);
  if (!arguments) return false;
  if (call.input.is_null()) call.input = *std::move(arguments);
  return true;
}

void take_content(LiveCall& call, const json::array& content) {
  std::string output;
  call.diffs.clear();
  for (const json::value& each : content) {
    const json::object* block = each.if_object();
    if (block == nullptr) continue;
    const std::string type = find_string(*block, "type").value_or("");
    if (type == "content") {
      const json::object* inner = find_object(*block, "content");
      if (inner != nullptr) output += text_of(*inner) + "\n";
    } else if (type == "diff") {
      const auto path = find_string(*block, "path");
      if (!path) continue;
      add_path(call, *path);
      call.diffs.push_back({*path, find_string(*block, "oldText")});
    }
  }
  if (output.empty() || take_arguments(call, output)) return;
  call.output = tools::truncate_middle(output, limits::kToolOutputBytesMax);
}

/// Where a call says nowhere else which file it changes.
void take_input_paths(LiveCall& call) {
  const json::object* input = call.input.if_object();
  if (input == nullptr || !call.changes()) return;
  for (const char* key : {"file_path", "path", "filePath", "notebook_path", "abs_path"}) {
    if (const auto path = find_string(*input, key)) add_path(call, *path);
  }
}

}  // namespace

std::string text_of(const json::object& block) {
  return find_string(block, "type") == "text" ? find_string(block, "text").value_or("")
                                              : std::string();
}

void merge(LiveCall& call, const json::object& update) {
  if (const auto kind = find_string(update, "kind")) call.kind = *kind;
  if (const auto title = find_string(update, "title")) {
    call.title = tools::truncate_middle(*title, kTitleBytesMax);
  }
  if (const auto status = find_string(update, "status")) call.status = *status;
  if (const json::value* input = update.if_contains("rawInput")) {
    if (!input->is_null()) call.input = *input;
  }
  if (const json::array* locations = find_array(update, "locations")) {
    take_locations(call, *locations);
  }
  if (const json::array* content = find_array(update, "content")) take_content(call, *content);
  take_input_paths(call);
}

std::string tool_name(const LiveCall& call) {
  if (call.kind == "edit") return "edit_file";
  if (call.kind == "execute") return "run_command";
  if (call.kind == "read") return "read_file";
  if (call.kind == "delete") return "delete_file";
  if (call.kind == "move") return "move_file";
  if (call.kind == "search" || call.kind == "fetch" || call.kind == "think") return call.kind;
  return call.kind == "switch_mode" ? call.kind : "other";
}

std::optional<std::string> command_of(const LiveCall& call) {
  if (call.kind != "execute") return std::nullopt;
  const json::object* input = call.input.if_object();
  for (const char* key : {"command", "cmd", "script"}) {
    if (input == nullptr) break;
    if (auto text = find_string(*input, key)) return text;
    const json::array* words = find_array(*input, key);
    if (words == nullptr) continue;
    std::string line;
    for (const json::value& word : *words) {
      if (!word.is_string()) continue;
      line += (line.empty() ? "" : " ") + std::string(word.get_string());
    }
    return line;
  }
  return call.title;
}

approvals::Intent intent_of(const LiveCall& call) {
  approvals::Intent intent{tool_name(call), Effect::kActs, {}, {}, {}};
  if (auto command = command_of(call)) {
    intent.parts = approvals::command_parts(*command);
    intent.command = std::move(command);
    return intent;
  }
  if (call.changes()) {
    intent.paths = call.paths;
    // What lies outside is the program's own home, which nobody else sees.
    const bool only_outside = call.paths.empty() && call.outside;
    intent.effect = only_outside ? Effect::kReads : Effect::kEdits;
    // What it changes it does not say: as free as a command.
    if (call.paths.empty() && !call.outside) intent.effect = Effect::kActs;
    return intent;
  }
  if (call.kind == "read" || call.kind == "search" || call.kind == "think") {
    intent.effect = Effect::kReads;
    intent.paths = call.paths;
  }
  return intent;
}

json::object shown_input(const LiveCall& call) {
  json::object shown;
  if (!call.title.empty()) shown["title"] = call.title;
  if (const auto command = command_of(call)) {
    shown["command"] = tools::truncate_middle(*command, limits::kAcpInputBytesMax);
  }
  if (!call.paths.empty()) {
    shown["path"] = call.paths.front();
    if (call.paths.size() > 1) shown["paths"] = json::value_from(call.paths);
  }
  if (call.input.is_null() || shown.contains("command")) return shown;
  const std::string text = json::serialize(call.input);
  if (text.size() <= limits::kAcpInputBytesMax) {
    shown["input"] = call.input;
  } else {
    shown["input"] = tools::truncate_middle(text, limits::kAcpInputBytesMax);
  }
  return shown;
}

}  // namespace coditect::agents::acp
