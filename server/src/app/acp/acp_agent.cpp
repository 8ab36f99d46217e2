#include "app/acp/acp_agent.h"

#include <filesystem>
#include <istream>
#include <ostream>
#include <thread>

#include "app/command_line.h"
#include "base/random.h"

namespace coditect::app {

namespace {

constexpr int kProtocolVersion = 1;
constexpr std::size_t kSessionsMax = 100;

mcp::Refusal bad_params(std::string message) {
  return {mcp::Code::kInvalidParams, std::move(message), {}};
}

mcp::Refusal refusal_of(const Error& error) {
  const mcp::Code code = error.code == Errc::kInvalid    ? mcp::Code::kInvalidParams
                         : error.code == Errc::kNotFound ? mcp::Code::kResourceNotFound
                                                         : mcp::Code::kInternal;
  const std::string hint = error.hint.empty() ? "" : " (" + error.hint + ")";
  return {code, error.message + hint, {{"kind", to_string(error.code)}, {"hint", error.hint}}};
}

mcp::Refusal no_session(const std::string& id) {
  return {mcp::Code::kResourceNotFound, "there is no session '" + id + "'", {{"sessionId", id}}};
}

json::object mode(std::string_view id, std::string_view description) {
  return {{"id", id}, {"name", id}, {"description", description}};
}

/// The folder that an editor names; Errc::kInvalid where it is none.
Result<std::string> folder_of(const json::object& params) {
  TRY(std::string folder, need_string(params, "cwd"));
  if (!folder.starts_with('/')) return invalid("'cwd' is not an absolute path");
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

}  // namespace

AcpAgent::AcpAgent(Parts parts) : parts_(std::move(parts)), log_(parts_.client, parts_.workspace) {}

Result<void> AcpAgent::run() {
  // Attached first, so that no event of a task can be missed.
  TRY(feed_, EventFeed::open(parts_.client, parts_.workspace, std::nullopt));
  feed_->hear_notes([this](const json::object& note) { follow_preview(note); });
  std::thread following([this] { follow_log(); });
  for (std::string line; std::getline(parts_.shell.in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) take(line);
  }
  cancel_all();
  feed_->stop();
  following.join();
  if (lost_) return *lost_;
  return {};
}

void AcpAgent::take(const std::string& line) {
  const mcp::Message message = mcp::parse_message(line);
  if (const auto* unreadable = std::get_if<mcp::Unreadable>(&message)) {
    json::object refused = mcp::error_message(unreadable->id, unreadable->refusal);
    if (!refused.contains("id")) refused["id"] = nullptr;
    write(refused);
  } else if (const auto* request = std::get_if<mcp::Request>(&message)) {
    answer(*request);
  } else if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    take_notification(*notification);
  } else {
    take_answer(std::get<mcp::Response>(message));
  }
}

void AcpAgent::answer(const mcp::Request& request) {
  using Method = Answer (AcpAgent::*)(const json::object&);
  const std::map<std::string_view, Method> methods = {
      {"initialize", &AcpAgent::initialize},     {"session/new", &AcpAgent::new_session},
      {"session/load", &AcpAgent::load_session}, {"session/list", &AcpAgent::list_sessions},
      {"session/set_mode", &AcpAgent::set_mode},
  };
  std::optional<Answer> given;
  const auto method = methods.find(request.method);
  if (request.method == "session/prompt") {
    given = prompt(request);
  } else if (method != methods.end()) {
    given = (this->*method->second)(request.params);
  } else {
    given =
        mcp::Refusal{mcp::Code::kMethodNotFound, "there is no method '" + request.method + "'", {}};
  }
  if (!given) return;
  if (auto* refused = std::get_if<mcp::Refusal>(&*given)) {
    write(mcp::error_message(request.id, *refused));
  } else {
    write(mcp::result_message(request.id, std::get<json::object>(*std::move(given))));
  }
}

AcpAgent::Answer AcpAgent::initialize(const json::object& params) {
  if (!find_int(params, "protocolVersion")) return bad_params("'protocolVersion' is missing");
  const json::object capabilities{
      {"loadSession", true},
      {"promptCapabilities", {{"embeddedContext", true}, {"image", false}, {"audio", false}}},
      {"mcpCapabilities", {{"http", false}, {"sse", false}}},
      {"sessionCapabilities", {{"list", json::object{}}}}};
  return json::object{
      {"protocolVersion", kProtocolVersion},
      {"agentCapabilities", capabilities},
      {"agentInfo",
       {{"name", "coditect"}, {"title", "CODITECT " + parts_.agent}, {"version", kVersion}}},
      {"authMethods", json::array{}}};
}

AcpAgent::Answer AcpAgent::modes_of(json::object answer) const {
  auto policy = call("approvals.get_policy", {});
  if (!policy) return refusal_of(policy.error());
  const json::object* agents = find_object(*policy, "agents");
  const auto own = agents == nullptr ? std::nullopt : find_string(*agents, parts_.agent);
  const std::string current = own.value_or(find_string(*policy, "mode").value_or(""));
  answer["modes"] = {
      {"currentModeId", current},
      {"availableModes",
       json::array{mode("read-only", "reads, and changes nothing"),
                   mode("ask", "asks before it edits files or runs commands"),
                   mode("auto-edit", "edits files, and asks before it runs commands"),
                   mode("full", "does what it likes, within the workspace's rules")}}};
  return answer;
}

AcpAgent::Answer AcpAgent::new_session(const json::object& params) {
  auto folder = folder_of(params);
  if (!folder) return bad_params(folder.error().message);
  if (find_array(params, "mcpServers") == nullptr) return bad_params("'mcpServers' is missing");
  SystemRandom random;
  const std::string id = random.id("acp_");
  {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= kSessionsMax) {
      return mcp::Refusal{mcp::Code::kInternal, "too many sessions are open", {}};
    }
    sessions_[id] = AcpSession{id, *folder};
  }
  return modes_of({{"sessionId", id}});
}

AcpAgent::Answer AcpAgent::load_session(const json::object& params) {
  auto folder = folder_of(params);
  if (!folder) return bad_params(folder.error().message);
  const auto id = find_string(params, "sessionId");
  if (!id) return bad_params("'sessionId' is missing");
  auto told = log_.session(*id);
  if (!told && told.error().code == Errc::kNotFound) return no_session(*id);
  if (!told) return refusal_of(told.error());
  for (const json::object& event : told->events) replay(*id, *folder, event);
  {
    const std::lock_guard lock(mutex_);
    AcpSession& session = sessions_[*id];
    session.id = *id;
    session.folder = *folder;
    if (!session.running) session.turns = std::move(told->turns);
  }
  return modes_of({});
}

AcpAgent::Answer AcpAgent::list_sessions(const json::object& params) {
  auto known = log_.sessions();
  if (!known) return refusal_of(known.error());
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  const std::string folder = find_string(params, "cwd").value_or(here);
  json::array sessions;
  for (const WorkspaceLog::Known& session : *known) {
    sessions.push_back(json::object{{"sessionId", session.id},
                                    {"cwd", folder},
                                    {"title", session.title},
                                    {"updatedAt", session.updated_at}});
  }
  return json::object{{"sessions", std::move(sessions)}};
}

AcpAgent::Answer AcpAgent::set_mode(const json::object& params) {
  const std::string id = find_string(params, "sessionId").value_or("");
  {
    const std::lock_guard lock(mutex_);
    if (!sessions_.contains(id)) return no_session(id);
  }
  const auto wanted = find_string(params, "modeId");
  if (!wanted) return bad_params("'modeId' is missing");
  auto set = call("approvals.set_policy", {{"agent", parts_.agent}, {"mode", *wanted}});
  if (!set) return refusal_of(set.error());
  return json::object{};
}

std::optional<AcpAgent::Answer> AcpAgent::prompt(const mcp::Request& request) {
  const std::string id = find_string(request.params, "sessionId").value_or("");
  const json::array* blocks = find_array(request.params, "prompt");
  const std::lock_guard lock(mutex_);
  const auto place = sessions_.find(id);
  if (place == sessions_.end()) return no_session(id);
  AcpSession& session = place->second;
  if (blocks == nullptr) return bad_params("'prompt' is missing");
  auto said = text_of_blocks(*blocks, session.folder);
  if (!said) return refusal_of(said.error());
  if (session.running) {
    return mcp::Refusal{mcp::Code::kInvalidRequest, "this session's last prompt is under way", {}};
  }
  // Whoever reads the log waits for the lock: it hears nothing of the task before it knows it.
  auto submitted = call("tasks.submit", {{"agent", parts_.agent},
                                         {"prompt", compose_prompt(id, session.turns, *said)}});
  if (!submitted) return refusal_of(submitted.error());
  const json::object& task = submitted->at("tasks").as_array().at(0).as_object();
  session.running = AcpSession::Running{.request = request.id,
                                        .task = find_string(task, "id").value_or(""),
                                        .said = *std::move(said),
                                        .answered = {},
                                        .shown = {},
                                        .logged = {}};
  return std::nullopt;
}

void AcpAgent::take_notification(const mcp::Notification& notification) {
  const std::lock_guard lock(mutex_);
  if (notification.method == "session/cancel") {
    const auto place = sessions_.find(find_string(notification.params, "sessionId").value_or(""));
    if (place != sessions_.end()) cancel(place->second);
  }
  if (notification.method != "$/cancel_request") return;
  const json::value* id = notification.params.if_contains("requestId");
  for (auto& [name, session] : sessions_) {
    if (id == nullptr || !session.running || session.running->request != *id) continue;
    session.running->request_cancelled = true;
    cancel(session);
  }
}

void AcpAgent::cancel(AcpSession& session) {
  if (!session.running || session.running->cancelling) return;
  session.running->cancelling = true;
  const auto cancelled = call("tasks.cancel", {{"id", session.running->task}});
  // One that has just ended is answered by its end.
  if (!cancelled) parts_.shell.err << "coditect: " << cancelled.error().message << std::endl;
}

void AcpAgent::cancel_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, session] : sessions_) cancel(session);
}

void AcpAgent::take_answer(const mcp::Response& response) {
  const json::string* id = response.id.if_string();
  const std::lock_guard lock(mutex_);
  const auto place = id == nullptr ? asked_.end() : asked_.find(std::string(*id));
  if (place == asked_.end()) return;  // it was answered elsewhere meanwhile
  const Asked asked = place->second;
  asked_.erase(place);
  const auto session = sessions_.find(asked.session);
  if (session != sessions_.end() && session->second.running &&
      session->second.running->cancelling) {
    return;
  }
  std::string decision = asked.lock ? "wait" : "deny";
  std::string note = "the editor asked nobody";
  if (const auto* result = std::get_if<json::value>(&response.outcome); result != nullptr) {
    const json::object* outcome =
        result->is_object() ? find_object(result->get_object(), "outcome") : nullptr;
    const auto option = outcome == nullptr ? std::nullopt : find_string(*outcome, "optionId");
    if (option) {
      decision = *option;
      note.clear();
    }
  }
  json::object params{{"id", asked.approval}, {"decision", decision}};
  if (!note.empty()) params["note"] = note;
  const auto answered = call("approvals.answer", std::move(params));
  if (!answered) parts_.shell.err << "coditect: " << answered.error().message << std::endl;
}

Result<json::object> AcpAgent::call(std::string_view method, json::object params) const {
  return parts_.client.call(parts_.workspace, method, std::move(params));
}

void AcpAgent::update(const std::string& session, json::object update) {
  write(mcp::notification_message("session/update",
                                  {{"sessionId", session}, {"update", std::move(update)}}));
}

void AcpAgent::write(const json::object& message) {
  const std::lock_guard lock(output_);
  parts_.shell.out << json::serialize(message) << '\n' << std::flush;
}

}  // namespace coditect::app
