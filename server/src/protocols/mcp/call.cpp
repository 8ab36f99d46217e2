#include "protocols/mcp/call.h"

#include <algorithm>
#include <array>

#include "protocols/mcp/message.h"

namespace coditect::mcp {

namespace {

constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

/// The capability that a client needs to answer a question.
std::string capability_of(const Question& question) {
  return question.method.substr(0, question.method.find('/'));
}

std::optional<Refusal> lacking(const ClientInfo& client, const Questions& questions) {
  json::object required;
  for (const auto& [key, question] : questions) {
    const std::string capability = capability_of(question);
    if (!client.has(capability)) required[capability] = json::object{};
  }
  if (required.empty()) return std::nullopt;
  std::string names;
  for (const auto& member : required) names += " " + std::string(member.key());
  return Refusal{Code::kMissingCapability,
                 "the client has not declared:" + names,
                 {{"requiredCapabilities", std::move(required)}}};
}

}  // namespace

std::optional<int> severity(std::string_view level) {
  const auto place = std::ranges::find(kLevels, level);
  if (place == kLevels.end()) return std::nullopt;
  return static_cast<int>(place - kLevels.begin());
}

std::string purpose_of(const Call::Parts& parts) {
  json::array about{json::string(parts.method), json::string(parts.mount.scope),
                    json::string(parts.mount.caller)};
  for (const char* member : {"name", "uri", "arguments"}) {
    const json::value* value = parts.params.if_contains(member);
    about.push_back(value == nullptr ? json::value() : *value);
  }
  return json::serialize(about);
}

std::string Call::purpose() const { return purpose_of(parts_); }

void Call::progress(double done, std::optional<double> total, std::string_view message) {
  const json::object* meta = find_object(parts_.params, "_meta");
  const json::value* token = meta == nullptr ? nullptr : meta->if_contains("progressToken");
  if (token == nullptr) return;
  json::object params{{"progressToken", *token}, {"progress", done}};
  if (total) params["total"] = *total;
  if (!message.empty()) params["message"] = message;
  notify("notifications/progress", std::move(params));
}

void Call::log(std::string_view level, json::value data, std::string_view logger) {
  const auto least = severity(parts_.log_level);
  const auto grave = severity(level);
  if (!least || !grave || *grave < *least) return;
  notify("notifications/message",
         {{"level", level}, {"logger", logger}, {"data", std::move(data)}});
}

void Call::notify(std::string_view method, json::object params) {
  parts_.stream->push(json::serialize(notification_message(method, std::move(params))));
}

void Call::hang_up() {
  if (parts_.era == Era::kLegacy) parts_.stream->hang_up();
}

awaitable<Call::Asked> Call::ask(Questions questions, std::string state) {
  if (auto refusal = lacking(parts_.client, questions)) co_return *std::move(refusal);
  if (parts_.era == Era::kModern) {
    const auto is_answered = [this](const auto& each) {
      return parts_.answers.contains(each.first);
    };
    if (std::ranges::all_of(questions, is_answered)) co_return parts_.answers;
    co_return InputRequired{std::move(questions), std::move(state)};
  }
  json::object answers;
  for (auto& [key, question] : questions) {
    Question asked = std::move(question);
    auto answer = co_await parts_.send(std::move(asked));
    if (auto* refusal = std::get_if<Refusal>(&answer)) co_return std::move(*refusal);
    answers[key] = std::get<json::value>(std::move(answer));
  }
  co_return answers;
}

}  // namespace coditect::mcp
