// What the log says of an editor's tasks, told to the editor.
#include <algorithm>

#include "app/acp/acp_agent.h"

namespace coditect::app {

namespace {

/// Of a request that `$/cancel_request` ended.
constexpr auto kRequestCancelled = static_cast<mcp::Code>(-32800);

std::string text(const json::object& object, std::string_view member) {
  return find_string(object, member).value_or("");
}

}  // namespace

void AcpAgent::follow_log() {
  while (true) {
    auto event = feed_->next();
    if (event) {
      const std::lock_guard lock(mutex_);
      follow(event->event);
      continue;
    }
    if (event.error().code == Errc::kCancelled) return;
    const std::lock_guard lock(mutex_);
    lost_ = event.error();
    const mcp::Refusal gone{mcp::Code::kInternal, event.error().message, {}};
    for (auto& [id, session] : sessions_) {
      if (session.running) write(mcp::error_message(session.running->request, gone));
      session.running.reset();
    }
    return;
  }
}

AcpSession* AcpAgent::session_of_task(const std::string& task) {
  const auto place = std::ranges::find_if(sessions_, [&task](const auto& each) {
    return each.second.running && each.second.running->task == task;
  });
  return task.empty() || place == sessions_.end() ? nullptr : &place->second;
}

void AcpAgent::follow(const json::object& event) {
  const std::string type = text(event, "type");
  const json::object* data = find_object(event, "data");
  if (data == nullptr) return;
  if (type == "approval_mode_set" && text(*data, "agent") == parts_.agent) {
    for (const auto& [id, session] : sessions_) {
      const std::string mode = text(*data, "mode");
      if (mode.empty()) continue;
      update(id, {{"sessionUpdate", "current_mode_update"}, {"currentModeId", mode}});
    }
  }
  AcpSession* session = session_of_task(text(event, "task"));
  if (session == nullptr) return;
  if (type == "agent_message" && text(*data, "kind") == "answer") {
    const std::string more = unshown_message(*session->running, text(*data, "text"));
    if (!more.empty()) update(session->id, message_chunk("agent_message_chunk", more));
  } else if (type == "tool_call") {
    follow_tool(*session, event);
  } else if (type == "file_edit") {
    follow_edit(*session, event);
  } else if (type.starts_with("approval_")) {
    follow_approval(*session, event);
  } else if (type == "task_finished") {
    finish(*session, *data);
  }
}

void AcpAgent::follow_preview(const json::object& note) {
  const json::object* params = find_object(note, "params");
  if (text(note, "method") != "preview" || params == nullptr) return;
  const std::lock_guard lock(mutex_);
  AcpSession* session = session_of_task(text(*params, "task"));
  if (session == nullptr) return;
  const std::string more = unshown(*session->running, text(*params, "text"));
  if (!more.empty()) update(session->id, message_chunk("agent_message_chunk", more));
}

void AcpAgent::follow_tool(AcpSession& session, const json::object& event) {
  const json::object& data = *find_object(event, "data");
  AcpSession::Running& running = *session.running;
  const std::string id = text(data, "id");
  if (text(data, "phase") == "started") {
    running.calls[id].tool = text(data, "tool");
    running.call_order.push_back(id);
    // What the model writes next is another answer.
    running.shown.clear();
    running.logged.clear();
    update(session.id, tool_started(data, session.folder));
    return;
  }
  const auto call = running.calls.find(id);
  const auto change = call == running.calls.end() ? std::nullopt : call->second.change;
  update(session.id, tool_finished(data, change, session.folder));
  if (call != running.calls.end()) running.calls.erase(call);
  std::erase(running.call_order, id);
}

void AcpAgent::follow_edit(AcpSession& session, const json::object& event) {
  const json::object& data = *find_object(event, "data");
  const std::string path = text(data, "path");
  const auto seq = find_int(event, "seq");
  const bool whole = text(data, "op") == "write" || text(data, "op") == "create";
  AcpSession::Running& running = *session.running;
  const auto call = std::ranges::find_if(running.calls, [](const auto& each) {
    return each.second.tool == "write_file" || each.second.tool == "edit_file";
  });
  // What a command changes is many files, and is shown by its output.
  if (call == running.calls.end() || !seq || !whole) return;
  auto after = log_.file_at(path, static_cast<Sequence>(*seq));
  if (!after) return;  // it is no text
  ShownChange change{path, std::nullopt, *std::move(after)};
  auto before = log_.file_at(path, static_cast<Sequence>(*seq - 1));
  if (before) change.before = *std::move(before);
  call->second.change = std::move(change);
}

void AcpAgent::follow_approval(AcpSession& session, const json::object& event) {
  const json::object& data = *find_object(event, "data");
  const std::string approval = text(data, "id");
  if (text(event, "type") == "approval_requested") {
    const std::string tool = text(data, "tool");
    std::string call = approval;  // a wait for a lock is part of another call
    for (const std::string& id : session.running->call_order) {
      if (session.running->calls[id].tool == tool) call = id;
    }
    const std::string id = "permission-" + std::to_string(++last_question_);
    asked_[id] = {session.id, approval, text(data, "kind") == "lock"};
    write(mcp::request_message(id, "session/request_permission",
                               permission_request(session.id, data, call, session.folder)));
    return;
  }
  // Somebody else has answered, or nobody in time: the editor need not ask any more.
  std::erase_if(asked_, [this, &approval](const auto& each) {
    if (each.second.approval != approval) return false;
    write(mcp::notification_message("$/cancel_request", {{"requestId", each.first}}));
    return true;
  });
}

void AcpAgent::finish(AcpSession& session, const json::object& data) {
  AcpSession::Running running = *std::move(session.running);
  session.running.reset();
  session.turns.push_back({running.said, running.answered});
  std::erase_if(asked_, [&session](const auto& each) { return each.second.session == session.id; });
  const std::string state = text(data, "state");
  if (state == "failed") {
    const json::object* error = find_object(data, "error");
    const std::string why = error == nullptr ? "the task failed" : text(*error, "message");
    mcp::Refusal refusal{mcp::Code::kInternal, why, {}};
    if (error != nullptr) refusal.data = *error;
    write(mcp::error_message(running.request, refusal));
    return;
  }
  if (state == "cancelled" && running.request_cancelled) {
    write(
        mcp::error_message(running.request, {kRequestCancelled, "the request was cancelled", {}}));
    return;
  }
  const std::string_view reason = state == "cancelled" ? "cancelled" : "end_turn";
  write(mcp::result_message(running.request, {{"stopReason", reason}}));
}

void AcpAgent::replay(const std::string& session, const std::string& folder,
                      const json::object& event) {
  const std::string type = text(event, "type");
  const json::object* data = find_object(event, "data");
  if (data == nullptr) return;
  if (type == "task_queued") {
    // A task that is queued again says nothing new.
    const auto prompt = read_prompt(text(*data, "prompt"));
    const bool first = find_int(*data, "attempt").value_or(1) <= 1;
    if (prompt && first) update(session, message_chunk("user_message_chunk", prompt->said));
  } else if (type == "agent_message" && text(*data, "kind") == "answer") {
    update(session, message_chunk("agent_message_chunk", text(*data, "text")));
  } else if (type == "tool_call" && text(*data, "phase") == "started") {
    update(session, tool_started(*data, folder));
  } else if (type == "tool_call") {
    update(session, tool_finished(*data, std::nullopt, folder));
  }
}

}  // namespace coditect::app
