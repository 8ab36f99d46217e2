#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agents/agent_host.h"
#include "tools/toolbox.h"

namespace coditect::agents {

/// Answers as its script says, and keeps what it was asked.
class ScriptedProvider final : public providers::Provider {
 public:
  using Step =
      std::function<providers::ProviderResult<providers::ModelAnswer>(providers::StreamListener&)>;

  providers::ProviderKind kind() const override { return providers::ProviderKind::kAnthropic; }
  awaitable<providers::ProviderResult<providers::ModelAnswer>> call(
      providers::ModelRequest request, providers::StreamListener& listener,
      std::stop_token stop) override {
    asked.push_back(std::move(request));
    if (script.empty()) {
      co_return providers::provider_error(providers::ProviderError::Kind::kServer, "no more");
    }
    const Step step = std::move(script.front());
    script.pop_front();
    auto answer = step(listener);
    if (stop.stop_requested()) {
      using Kind = providers::ProviderError::Kind;
      providers::ProviderError stopped = providers::provider_error(Kind::kCancelled, "stopped");
      stopped.sent = false;
      co_return stopped;
    }
    co_return answer;
  }
  void say(providers::ModelAnswer made) {
    script.push_back([made = std::move(made)](providers::StreamListener&) { return made; });
  }

  std::deque<Step> script;
  std::vector<providers::ModelRequest> asked;
};

/// A workspace of two files that keeps what it is told.
class FakeHost final : public AgentHost {
 public:
  awaitable<Result<Sequence>> record(const tools::Caller&, std::string type,
                                     json::object data) override {
    if (log_fails) co_return unavailable("the disk is full");
    Event event;
    event.seq = ++seq;
    event.type = type;
    event.actor = "agent:claude";
    event.data = data;
    conversation.push_back(std::move(event));
    if (const json::array* heard = find_array(data, "heeds")) {
      for (const json::value& id : *heard) {
        std::erase_if(said, [&id](const Steering& each) { return each.id == id.get_string(); });
      }
    }
    if (type == "conversation_turn") co_return seq;
    data["type"] = type;
    recorded.push_back(std::move(data));
    co_return recorded.size();
  }
  awaitable<Result<Remembered>> remember(tools::Caller) override {
    Conversation told;
    for (const Event& event : conversation) told.add(event);
    co_return std::move(told).take();
  }
  awaitable<Result<std::string>> image(tools::Caller, std::string hash) override {
    if (hash == "lost") co_return not_found("there is no picture");
    co_return "bytes of " + hash;
  }
  bool goes_on_later(const tools::Caller&) const override { return closes; }
  bool pausing(const tools::Caller&) const override { return pauses; }
  std::vector<Steering> steering(const tools::Caller&) const override { return said; }
  std::string notices(const tools::Caller&) override { return std::exchange(notice, {}); }
  void note_retry(const tools::Caller&, const AgentModel&, int attempt,
                  std::chrono::milliseconds delay, const Error& error) override {
    retries.push_back(std::to_string(attempt) + " " + std::to_string(delay.count()) + " " +
                      error.message);
  }
  void preview(const tools::Caller&, std::string_view text) override {
    previews.emplace_back(text);
  }
  void enter_state(const tools::Caller&, std::string_view state, std::string_view reason) override {
    states.emplace_back(state);
    reasons.emplace_back(reason);
  }
  awaitable<std::string> shared_context(const tools::Caller&) override { co_return "the context"; }
  awaitable<Instructions> instructions(tools::Caller, std::string path) override {
    co_return std::exchange(instructed[path], {});
  }
  awaitable<Result<Reserved>> reserve(tools::Caller, AgentModel, CallSize size,
                                      std::stop_token) override {
    sizes.push_back(size);
    if (reservations_left-- == 0) co_return Error{Errc::kBudget, "no money is left", "raise it"};
    Reserved reserved;
    reserved.id = "r_" + std::to_string(++reservation);
    reserved.output_tokens = std::min(size.output_tokens, output_tokens_max);
    open.insert(reserved.id);
    co_return reserved;
  }
  Result<void> reserve_more(const tools::Caller&, const Reserved& reserved) override {
    EXPECT_TRUE(open.contains(reserved.id));
    if (further_left == 0) return Error{Errc::kBudget, "no money is left", "raise it"};
    return {};
  }
  awaitable<Result<void>> settle(const tools::Caller&, const AgentModel& model,
                                 const Reserved& reserved, Settlement settlement) override {
    EXPECT_EQ(open.erase(reserved.id), 1u);
    settled.push_back(model.model + ": " + std::to_string(settlement.billed.size()));
    billed += settlement.billed.size();
    unheard.push_back(settlement.unheard);
    ends.push_back(settlement.end.stop);
    co_return Result<void>{};
  }

  awaitable<Result<void>> approve(tools::Caller, approvals::Intent, json::object,
                                  std::stop_token) override {
    co_return Result<void>{};
  }
  awaitable<Result<std::vector<tools::FileEntry>>> list(tools::Caller, std::string, int) override {
    co_return std::vector<tools::FileEntry>{};
  }
  awaitable<Result<tools::FileText>> read(tools::Caller, std::string path) override {
    if (on_read) on_read();
    if (path == "missing") co_return not_found("missing is not there");
    co_return tools::FileText{text_of ? text_of(path) : "text of " + path, 1};
  }
  awaitable<Result<tools::Written>> change(tools::Caller, std::string, Edit,
                                           std::stop_token) override {
    co_return unavailable("nothing is written here");
  }
  awaitable<Result<std::string>> lock(tools::Caller, std::string, std::stop_token) override {
    co_return unavailable("nothing is locked here");
  }
  awaitable<Result<std::string>> unlock(tools::Caller, std::string) override {
    co_return unavailable("nothing is locked here");
  }
  awaitable<Result<json::value>> send_message(tools::Caller, std::vector<std::string>,
                                              std::string) override {
    co_return json::value("sent");
  }
  awaitable<Result<json::value>> read_messages(tools::Caller) override { co_return json::value(); }
  awaitable<Result<json::value>> delegate(tools::Caller, std::string, std::string,
                                          std::stop_token) override {
    co_return json::value();
  }
  awaitable<Result<json::value>> search_log(tools::Caller, std::string, std::size_t) override {
    co_return unavailable("nothing is searched here");
  }
  awaitable<Result<json::value>> search_meaning(tools::Caller, std::string, std::size_t,
                                                std::stop_token) override {
    co_return unavailable("nothing is searched here");
  }
  awaitable<std::string> keep_output(tools::Caller, std::string) override { co_return "o_1"; }
  awaitable<Result<std::string>> kept_output(tools::Caller, std::string) override {
    co_return not_found("nothing is kept here");
  }
  std::filesystem::path project_root(const tools::Caller&) const override { return "/nowhere"; }
  awaitable<Result<std::vector<tools::Secret>>> secrets(tools::Caller,
                                                        std::vector<std::string>) override {
    co_return not_found("no secrets here");
  }
  awaitable<Result<tools::CommandScope>> begin_command(tools::Caller, std::string,
                                                       std::stop_token) override {
    co_return unavailable("no commands here");
  }
  awaitable<tools::CommandChanges> end_command(tools::Caller, std::uint64_t,
                                               const tools::CommandResult*) override {
    co_return tools::CommandChanges{};
  }

  std::vector<json::object> recorded;  ///< but for the turns
  std::vector<Event> conversation;     ///< all events, as the log would have them
  Sequence seq = 0;
  std::vector<std::string> retries, previews, states, reasons, ends;
  std::vector<std::string> settled;  ///< "MODEL: REQUESTS" for each call
  std::set<std::string> open;        ///< reservations that are not settled
  std::vector<CallSize> sizes;       ///< reserved for
  std::vector<int> unheard;          ///< of each settlement
  std::int64_t output_tokens_max = 1'000'000;
  int further_left = 1;  ///< 0: no further request can be paid for
  std::uint64_t reservation = 0;
  std::size_t billed = 0;
  int reservations_left = 1000;
  bool log_fails = false;
  bool closes = false;
  bool pauses = false;
  std::vector<Steering> said;  ///< by people; the turn that takes it up removes it
  std::string notice;          ///< of the workspace; said once
  std::function<void()> on_read;
  std::map<std::string, Instructions> instructed;               ///< by path, until they are given
  std::function<std::string(const std::string& path)> text_of;  ///< in place of "text of PATH"
};

class NoCommands final : public tools::CommandRunner {
 public:
  Result<tools::CommandResult> run(const tools::CommandSpec&) override {
    return unavailable("no commands here");
  }
  const std::string& description() const override { return description_; }

 private:
  std::string description_ = "none";
};

}  // namespace coditect::agents
