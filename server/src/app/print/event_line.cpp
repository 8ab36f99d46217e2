#include "app/print/event_line.h"

#include <fmt/format.h>

#include "app/print/text.h"

namespace coditect::app {

namespace {

constexpr std::size_t kDescriptionCharactersMax = 160;

std::string text(const json::object& data, std::string_view key) {
  return find_string(data, key).value_or("");
}

std::string describe_tool_call(const json::object& data) {
  const std::string tool = text(data, "tool");
  if (text(data, "phase") == "finished") {
    const bool good = find_bool(data, "ok").value_or(false);
    return tool + (good ? " done" : " failed: " + text(data, "output"));
  }
  const json::object* input = find_object(data, "input");
  if (input == nullptr) return tool;
  for (const std::string_view key : {"path", "command", "query", "to", "agent"}) {
    if (const auto value = find_string(*input, key)) return tool + " " + *value;
  }
  return tool;
}

std::string describe_turn(const json::object& data) {
  const json::array* turns = find_array(data, "turns");
  const std::size_t count = turns == nullptr ? 0 : turns->size();
  return text(data, "agent") + " keeps in mind " +
         (count == 1 ? "what was said" : std::to_string(count) + " turns");
}

std::string describe_task(const json::object& data) {
  std::string line = text(data, "agent");
  for (const std::string_view key : {"state", "reason", "for", "what", "prompt"}) {
    if (const auto value = find_string(data, key)) line += " " + *value;
  }
  if (const json::object* error = find_object(data, "error"))
    line += ": " + text(*error, "message");
  if (const auto error = find_string(data, "error")) line += ": " + *error;
  return line;
}

std::string describe_failover(const json::object& data) {
  const json::object* from = find_object(data, "from");
  const json::object* to = find_object(data, "to");
  if (from == nullptr || to == nullptr) return {};
  return text(*from, "model") + " failed, goes on with " + text(*to, "model") + ": " +
         text(data, "error");
}

std::string describe_compaction(const json::object& data) {
  const auto tokens = [&data](std::string_view key) {
    return std::to_string(find_int(data, key).value_or(0));
  };
  return text(data, "agent") + " cut its conversation from about " + tokens("before") + " to " +
         tokens("after") + " tokens";
}

}  // namespace

std::string describe_event(const json::object& event) {
  const std::string type = text(event, "type");
  static const json::object kNothing;
  const json::object* found = find_object(event, "data");
  const json::object& data = found == nullptr ? kNothing : *found;
  std::string line;
  if (type == "tool_call") {
    line = describe_tool_call(data);
  } else if (type == "agent_message" || type == "bus_message") {
    line = text(data, "text");
  } else if (type == "file_edit") {
    const std::string from = text(data, "from");
    line = text(data, "op") + " " + (from.empty() ? "" : from + " to ") + text(data, "path");
  } else if (type == "agent_state_change") {
    line = text(data, "agent") + " " + text(data, "from") + " to " + text(data, "to");
  } else if (type.starts_with("task_")) {
    line = describe_task(data);
  } else if (type == "provider_failover") {
    line = describe_failover(data);
  } else if (type == "conversation_turn") {
    line = describe_turn(data);
  } else if (type == "agent_looping") {
    line = text(data, "agent") + " " + text(data, "what") + ": " + text(data, "step");
  } else if (type == "agent_stuck") {
    line = text(data, "agent") + " was stuck in " + text(data, "doing") + ": " + text(data, "step");
  } else if (type == "agent_session") {
    line = text(data, "agent") + " " + text(data, "how") + " " + text(data, "error");
  } else if (type == "context_compacted") {
    line = describe_compaction(data);
  } else if (type == "lock_escalated") {
    line = text(data, "step") + " " + text(data, "path") + ": " + text(data, "why");
  } else if (type.starts_with("lock_")) {
    line = text(data, "mode") + " " + text(data, "path") + " " + text(data, "reason");
  } else {
    line = json::serialize(data);
  }
  line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
  return shortened(line, kDescriptionCharactersMax);
}

std::string format_event(const json::object& event) {
  const std::int64_t seq = find_int(event, "seq").value_or(0);
  const std::string ts = shortened(text(event, "ts"), 40);
  return fmt::format("{:>6}  {}  {:<14}  {:<18}  {}", seq, ts, shortened(text(event, "actor"), 40),
                     shortened(text(event, "type"), 40), describe_event(event));
}

}  // namespace coditect::app
