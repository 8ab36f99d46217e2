#include "agents/acp/narrator.h"

#include <utility>

#include "agents/acp/acp_limits.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents::acp {

namespace {

constexpr auto kPreviewInterval = std::chrono::milliseconds(50);

json::object shown_entry(const json::object& entry) {
  json::object shown;
  for (const char* key : {"content", "status", "priority"}) {
    if (auto text = find_string(entry, key)) shown[key] = tools::truncate_middle(*text, 1'000);
  }
  return shown;
}

}  // namespace

awaitable<Result<void>> Narrator::say(std::string text, std::string message) {
  if (message != message_) CO_TRY_VOID(co_await flush());
  message_ = std::move(message);
  // What is beyond belongs to a message of its own, so that none is lost.
  if (text_.size() + text.size() > limits::kAcpMessageBytesMax) CO_TRY_VOID(co_await flush());
  text_ += tools::truncate_middle(text, limits::kAcpMessageBytesMax);
  alive();
  co_return Result<void>{};
}

void Narrator::alive() {
  const auto now = Clock::now();
  if (now - shown_at_ < kPreviewInterval) return;
  shown_at_ = now;
  host_.preview(caller_, text_);
}

awaitable<Result<void>> Narrator::flush() {
  if (text_.find_first_not_of(" \t\r\n") == std::string::npos) {
    text_.clear();
    co_return Result<void>{};
  }
  last_ = std::exchange(text_, {});
  json::object data{{"id", "m_" + id_prefix_ + std::to_string(++messages_)},
                    {"from", caller_.actor()},
                    {"to", json::array{"user"}},
                    {"text", last_},
                    {"kind", "answer"}};
  CO_TRY_VOID(co_await host_.record(caller_, "agent_message", std::move(data)));
  co_return Result<void>{};
}

awaitable<Result<void>> Narrator::plan(json::array entries) {
  json::array shown;
  for (const json::value& each : entries) {
    const json::object* entry = each.if_object();
    if (entry == nullptr || shown.size() == limits::kAcpPlanEntriesMax) continue;
    shown.push_back(shown_entry(*entry));
  }
  json::object data{{"agent", caller_.agent}, {"entries", std::move(shown)}};
  CO_TRY_VOID(co_await host_.record(caller_, "agent_plan", std::move(data)));
  co_return Result<void>{};
}

}  // namespace coditect::agents::acp
