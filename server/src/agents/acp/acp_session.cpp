#include "agents/acp/acp_session.h"

#include <utility>

#include "tools/sandbox/bounded_output.h"
#include "tools/sandbox/command.h"

namespace coditect::agents::acp {

namespace {

constexpr std::int64_t kVersion = 1;
/// The protocol's error of a program that wants somebody to log in first.
constexpr std::int64_t kAuthRequired = -32000;
constexpr std::size_t kNameBytesMax = 200;
constexpr std::string_view kUnseen =
    "\n\n[Pictures were given with this, and you cannot be shown any. Say so where they matter.]";

Error refused(std::string_view method, const Reply::Refusal& refusal) {
  const std::string what =
      "it refused " + std::string(method) + ": " + tools::truncate_middle(refusal.message, 2'000);
  if (refusal.code != kAuthRequired) return {Errc::kInvalid, what, {}};
  return {Errc::kDenied, what,
          "give it a way to its model: `models` in its table of coditect.toml"};
}

json::object session_params() {
  return {{"cwd", tools::kSandboxProject}, {"mcpServers", json::array()}};
}

/// The program's own word for logging in with a key.
std::string key_method(const json::array& methods) {
  for (const json::value& each : methods) {
    const json::object* method = each.if_object();
    const auto id = method == nullptr ? std::nullopt : find_string(*method, "id");
    if (!id) continue;
    for (const char* word : {"api-key", "api_key", "apikey"}) {
      if (id->find(word) != std::string::npos) return *id;
    }
  }
  return {};
}

/// The mode in which the program asks before it changes a file: what it is told to use where the
/// configuration names none. "" where it has none of that name, or is in it.
std::string asking_mode(const json::object& session) {
  const json::object* modes = find_object(session, "modes");
  const json::array* all = modes == nullptr ? nullptr : find_array(*modes, "availableModes");
  if (all == nullptr) return {};
  for (const char* name : {"default", "workspace-write"}) {
    for (const json::value& each : *all) {
      const json::object* mode = each.if_object();
      if (mode == nullptr || find_string(*mode, "id") != name) continue;
      return find_string(*modes, "currentModeId") == name ? "" : name;
    }
  }
  return {};
}

}  // namespace

awaitable<Result<json::object>> AcpSession::need(std::string method, json::object params) {
  CO_TRY(Reply reply, co_await parts_.peer.call(method, std::move(params), parts_.agent.start_max));
  if (reply.refusal) co_return refused(method, *reply.refusal);
  co_return reply.result.is_object() ? std::move(reply.result.get_object()) : json::object();
}

awaitable<Result<void>> AcpSession::initialise() {
  json::object params{
      {"protocolVersion", kVersion},
      {"clientCapabilities",
       {{"fs", {{"readTextFile", true}, {"writeTextFile", true}}}, {"terminal", true}}},
      {"clientInfo", {{"name", "coditect"}, {"title", "CODITECT"}, {"version", "2"}}}};
  CO_TRY(json::object answer, co_await need("initialize", std::move(params)));
  const auto version = find_int(answer, "protocolVersion");
  if (version != kVersion) {
    co_return invalid("it speaks another version of the protocol than 1",
                      "install a version of it that speaks version 1");
  }
  if (const auto* known = find_object(answer, "agentCapabilities")) capabilities_ = *known;
  if (const auto* methods = find_array(answer, "authMethods")) auth_methods_ = *methods;
  if (const auto* info = find_object(answer, "agentInfo")) {
    for (const char* key : {"name", "version"}) {
      const auto text = find_string(*info, key);
      if (text) program_[key] = tools::truncate_middle(*text, kNameBytesMax);
    }
  }
  co_return Result<void>{};
}

awaitable<Result<std::string>> AcpSession::go_on(std::string known) {
  const json::object* more = find_object(capabilities_, "sessionCapabilities");
  const bool resumes = more != nullptr && more->contains("resume");
  if (!resumes && !find_bool(capabilities_, "loadSession").value_or(false)) {
    co_return unavailable("the program cannot open a session again");
  }
  json::object params = session_params();
  params["sessionId"] = known;
  // With the first it does not tell all that was said before.
  const std::string method = resumes ? "session/resume" : "session/load";
  CO_TRY_VOID(co_await need(method, std::move(params)));
  id_ = std::move(known);
  co_return std::string(resumes ? "resumed" : "loaded");
}

awaitable<Result<void>> AcpSession::authenticate(const std::string& why) {
  const std::string method =
      parts_.agent.auth_method.empty() ? key_method(auth_methods_) : parts_.agent.auth_method;
  if (method.empty()) co_return Error{Errc::kDenied, why, "set `auth_method` in coditect.toml"};
  CO_TRY_VOID(co_await need("authenticate", {{"methodId", method}}));
  co_return Result<void>{};
}

awaitable<Result<json::object>> AcpSession::begin() {
  if (!parts_.agent.auth_method.empty()) CO_TRY_VOID(co_await authenticate({}));
  auto begun = co_await need("session/new", session_params());
  if (begun || begun.error().code != Errc::kDenied) co_return begun;
  const std::string why = begun.error().message;
  CO_TRY_VOID(co_await authenticate(why));
  co_return co_await need("session/new", session_params());
}

awaitable<Result<AcpSession::Way>> AcpSession::open(std::string known) {
  std::string lost;
  if (!known.empty()) {
    auto opened = co_await go_on(std::move(known));
    if (opened) {
      CO_TRY_VOID(co_await record(*opened, {}));
      co_return Way::kGoneOnTo;
    }
    if (parts_.peer.broken()) co_return std::move(opened).error();
    lost = opened.error().message;
  }
  CO_TRY(const json::object begun, co_await begin());
  id_ = find_string(begun, "sessionId").value_or("");
  if (id_.empty()) co_return invalid("it answered session/new without a session's id");
  CO_TRY_VOID(co_await record("new", lost));
  const std::string mode = parts_.agent.mode.empty() ? asking_mode(begun) : parts_.agent.mode;
  if (!mode.empty()) {
    json::object wanted{{"sessionId", id_}, {"modeId", mode}};
    CO_TRY_VOID(co_await need("session/set_mode", std::move(wanted)));
  }
  co_return Way::kNew;
}

awaitable<Result<void>> AcpSession::record(std::string_view how, std::string_view error) {
  json::object data{{"agent", parts_.caller.agent}, {"session", id_}, {"how", how}};
  if (!error.empty()) data["error"] = error;
  if (!program_.empty()) data["program"] = program_;
  CO_TRY_VOID(co_await parts_.host.record(parts_.caller, "agent_session", std::move(data)));
  co_return Result<void>{};
}

awaitable<Result<Reply>> AcpSession::prompt(std::string text,
                                            std::vector<providers::ImageBlock> images) {
  const json::object* takes = find_object(capabilities_, "promptCapabilities");
  const bool sees = takes != nullptr && find_bool(*takes, "image").value_or(false);
  if (!sees && !images.empty()) text += kUnseen;
  json::array content{json::object{{"type", "text"}, {"text", std::move(text)}}};
  for (const providers::ImageBlock& image : images) {
    if (!sees) break;
    content.push_back(json::object{
        {"type", "image"}, {"mimeType", image.media_type}, {"data", base64_of(image)}});
  }
  json::object params{{"sessionId", id_}, {"prompt", std::move(content)}};
  co_return co_await parts_.peer.call("session/prompt", std::move(params));
}

awaitable<Result<void>> AcpSession::cancel() {
  co_return co_await parts_.peer.notify("session/cancel", {{"sessionId", id_}});
}

}  // namespace coditect::agents::acp
