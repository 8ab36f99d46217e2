#include "app/acp/workspace_log.h"

#include <algorithm>
#include <map>

#include "base/limits.h"

namespace coditect::app {

namespace {

std::string data_text(const json::object& event, std::string_view member) {
  const json::object* data = find_object(event, "data");
  return data == nullptr ? "" : find_string(*data, member).value_or("");
}

std::string task_of(const json::object& event) { return find_string(event, "task").value_or(""); }

/// Adds what an event says to the turn of its task.
void follow(const json::object& event, Turn& turn) {
  const std::string type = find_string(event, "type").value_or("");
  if (type == "agent_message" && data_text(event, "kind") == "answer") {
    turn.answered += (turn.answered.empty() ? "" : "\n") + data_text(event, "text");
  }
}

}  // namespace

Result<std::vector<json::object>> WorkspaceLog::events(Sequence from, json::array types) const {
  std::vector<json::object> found;
  while (true) {
    json::object params{{"from", from}, {"limit", limits::kPageMax}, {"types", types}};
    TRY(json::object page, client_.call(workspace_, "timeline.range", std::move(params)));
    if (json::value* listed = page.if_contains("events"); listed != nullptr) {
      for (json::value& event : listed->as_array()) found.push_back(std::move(event.as_object()));
    }
    const auto next = find_int(page, "next");
    if (!next) return found;
    from = static_cast<Sequence>(*next);
  }
}

Result<std::vector<WorkspaceLog::Known>> WorkspaceLog::sessions() const {
  TRY(const auto queued, events(1, {"task_queued"}));
  std::map<std::string, Known> by_id;
  for (const json::object& event : queued) {
    const auto prompt = read_prompt(data_text(event, "prompt"));
    if (!prompt) continue;
    Known& known = by_id[prompt->session];
    if (known.id.empty()) known = {prompt->session, title_of(prompt->said), ""};
    known.updated_at = find_string(event, "ts").value_or("");
  }
  std::vector<Known> sessions;
  for (auto& [id, known] : by_id) sessions.push_back(std::move(known));
  std::ranges::sort(sessions, std::ranges::greater(), &Known::updated_at);
  return sessions;
}

Result<WorkspaceLog::Told> WorkspaceLog::session(const std::string& id) const {
  TRY(auto all, events(1, {"task_queued", "agent_message", "tool_call"}));
  Told told;
  std::map<std::string, std::size_t> tasks;  // by id, the place of its turn
  for (json::object& event : all) {
    if (find_string(event, "type") == "task_queued" && !tasks.contains(task_of(event))) {
      const auto prompt = read_prompt(data_text(event, "prompt"));
      if (!prompt || prompt->session != id) continue;
      tasks[task_of(event)] = told.turns.size();
      told.turns.push_back({prompt->said, ""});
    }
    const auto turn = tasks.find(task_of(event));
    if (turn == tasks.end()) continue;
    follow(event, told.turns[turn->second]);
    told.events.push_back(std::move(event));
  }
  if (told.turns.empty()) return not_found("there is no session '" + id + "'");
  return told;
}

Result<std::string> WorkspaceLog::file_at(const std::string& path, Sequence seq) const {
  TRY(const json::object file,
      client_.call(workspace_, "timeline.file_at", {{"path", path}, {"seq", seq}}));
  return need_string(file, "text");
}

}  // namespace coditect::app
