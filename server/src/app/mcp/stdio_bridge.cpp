#include "app/mcp/stdio_bridge.h"

#include <istream>
#include <ostream>

#include "app/client/remote_error.h"
#include "base/base64.h"
#include "protocols/mcp/revision.h"

namespace coditect::app {

namespace {

/// Requests under way at once; a client that sends more waits.
constexpr std::size_t kRequestsMax = 64;
/// How long what is under way may take once the input has ended.
constexpr std::chrono::seconds kLastAnswers{10};

/// A name as a header carries it: as it is where that is plain, else in base64.
std::string header_text(const std::string& value) {
  bool plain = !value.starts_with("=?base64?") && !value.starts_with(' ') && !value.ends_with(' ');
  for (const char c : value) plain = plain && c >= ' ' && c <= '~';
  return plain ? value : "=?base64?" + to_base64(value) + "?=";
}

json::object refusal(const json::value& id, const Error& error) {
  mcp::Refusal refused{mcp::Code::kFailed, error.message, {{"kind", to_string(error.code)}}};
  if (!error.hint.empty()) {
    refused.message += " (" + error.hint + ")";
    refused.data["hint"] = error.hint;
  }
  return mcp::error_message(id, refused);
}

}  // namespace

StdioBridge::StdioBridge(const Client& client, Shell& shell, std::string target)
    : client_(client), shell_(shell), target_(std::move(target)) {}

Result<void> StdioBridge::run() {
  for (std::string line; std::getline(shell_.in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) take(line);
  }
  finish();
  return {};
}

void StdioBridge::take(const std::string& line) {
  mcp::Message message = mcp::parse_message(line);
  if (auto* unreadable = std::get_if<mcp::Unreadable>(&message)) {
    write(json::serialize(mcp::error_message(unreadable->id, unreadable->refusal)));
    return;
  }
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    if (notification->method == "notifications/cancelled") cancel(*notification);
    pass_on(line);
    return;
  }
  if (std::holds_alternative<mcp::Response>(message)) {
    pass_on(line);
    return;
  }
  auto& request = std::get<mcp::Request>(message);
  // What follows it needs the session that it opens.
  if (request.method == "initialize") {
    MessagePost post(client_);
    carry(request, line, post);
    return;
  }
  start(std::move(request), line);
}

void StdioBridge::start(mcp::Request request, std::string line) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return under_way_ < kRequestsMax; });
  reap();
  Carried& carried = carried_.emplace_back(json::serialize(request.id), client_);
  ++under_way_;
  carried.thread =
      std::thread([this, &carried, request = std::move(request), line = std::move(line)] {
        carry(request, line, carried.post);
        const std::lock_guard ended(mutex_);
        carried.ended = true;
        --under_way_;
        changed_.notify_all();
      });
}

void StdioBridge::reap() {
  std::erase_if(carried_, [](Carried& each) {
    if (each.ended) each.thread.join();
    return each.ended;
  });
}

void StdioBridge::carry(const mcp::Request& request, const std::string& line, MessagePost& post) {
  auto answer = deliver(request, line, post);
  if (!answer) {
    if (answer.error().code != Errc::kCancelled) {
      write(json::serialize(refusal(request.id, answer.error())));
    }
    return;
  }
  if (answer->body.empty()) return;  // its messages were written as they came
  const auto body = parse_json_object(answer->body);
  if (body && body->contains("jsonrpc")) {
    write(json::serialize(*body));
    return;
  }
  write(json::serialize(refusal(request.id, error_of_answer(answer->status, answer->body))));
}

Result<MessagePost::Answer> StdioBridge::deliver(const mcp::Request& request,
                                                 const std::string& line, MessagePost& post) {
  const auto hear = [this](const std::string& message) { write(message); };
  const net::Headers headers = headers_for(&request);
  TRY(MessagePost::Answer answer, post.send("POST", target_, headers, line, hear));
  const bool in_session = net::find_header(headers, "Mcp-Session-Id").has_value();
  if (answer.status == 404 && in_session) {
    TRY_VOID(open_again());
    return post.send("POST", target_, headers_for(&request), line, hear);
  }
  if (request.method == "initialize" && !answer.session.empty()) {
    const auto body = parse_json_object(answer.body);
    const json::object* result = body ? find_object(*body, "result") : nullptr;
    const std::lock_guard lock(mutex_);
    session_ = answer.session;
    initialize_ = line;
    if (result != nullptr) revision_ = find_string(*result, "protocolVersion").value_or("");
  }
  return answer;
}

Result<void> StdioBridge::open_again() {
  std::string opening;
  {
    const std::lock_guard lock(mutex_);
    opening = initialize_;
  }
  MessagePost post(client_);
  TRY(const MessagePost::Answer answer, post.send("POST", target_, {}, opening, nullptr));
  if (answer.session.empty()) return error_of_answer(answer.status, answer.body);
  const std::lock_guard lock(mutex_);
  session_ = answer.session;
  return {};
}

void StdioBridge::pass_on(const std::string& line) {
  MessagePost post(client_);
  const auto sent = post.send("POST", target_, headers_for(nullptr), line, nullptr);
  if (!sent) shell_.err << "coditect: " << sent.error().message << std::endl;
}

void StdioBridge::cancel(const mcp::Notification& notification) {
  const json::value* id = notification.params.if_contains("requestId");
  if (id == nullptr) return;
  const std::lock_guard lock(mutex_);
  // In a session the server is told; without one the end of the connection tells it.
  if (!session_.empty()) return;
  for (Carried& each : carried_) {
    if (each.id == json::serialize(*id) && !each.ended) each.post.interrupt();
  }
}

net::Headers StdioBridge::headers_for(const mcp::Request* request) {
  const auto named = request == nullptr ? std::nullopt : mcp::named_revision(request->params);
  if (named) {
    net::Headers headers{{"MCP-Protocol-Version", *named}, {"Mcp-Method", request->method}};
    const char* member = request->method == "resources/read" ? "uri" : "name";
    const bool has_name = request->method == "tools/call" || request->method == "prompts/get" ||
                          request->method == "resources/read";
    if (has_name) {
      const std::string name = find_string(request->params, member).value_or("");
      headers.emplace_back("Mcp-Name", header_text(name));
    }
    return headers;
  }
  const std::lock_guard lock(mutex_);
  if (session_.empty()) {
    if (request != nullptr) return {};
    // A notification without a session can only be a modern client's.
    return {{"MCP-Protocol-Version", std::string(mcp::kModernRevision)}};
  }
  return {{"Mcp-Session-Id", session_}, {"MCP-Protocol-Version", revision_}};
}

void StdioBridge::write(const std::string& line) {
  const std::lock_guard lock(output_);
  shell_.out << line << '\n' << std::flush;
}

void StdioBridge::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLastAnswers, [this] { return under_way_ == 0; });
  for (Carried& each : carried_) each.post.interrupt();
  changed_.wait(lock, [this] { return under_way_ == 0; });
  reap();
  const std::string session = session_;
  lock.unlock();
  if (session.empty()) return;
  MessagePost post(client_);
  const net::Headers headers{{"Mcp-Session-Id", session}};
  // The server ends a session that nobody uses by itself.
  const auto ended = post.send("DELETE", target_, headers, "", nullptr);
  if (!ended) shell_.err << "coditect: " << ended.error().message << std::endl;
}

}  // namespace coditect::app
