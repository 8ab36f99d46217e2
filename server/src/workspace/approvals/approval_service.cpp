#include "workspace/approvals/approval_service.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "base/check.h"

namespace coditect::workspace {

namespace {

using approvals::Decision;
using approvals::Expiry;

/// A steady clock stands still while the machine sleeps, so the time is looked at this often.
constexpr std::chrono::minutes kLookAgain{1};
constexpr std::size_t kLineBytesMax = 200;

/// What a call is, in a line: "run_command make test".
std::string line_of(const approvals::Intent& intent) {
  std::string line = intent.tool;
  if (!intent.paths.empty()) line += " " + intent.paths.front();
  if (intent.command) line += " " + intent.command->substr(0, intent.command->find('\n'));
  if (line.size() <= kLineBytesMax) return line;
  std::size_t end = kLineBytesMax;
  while ((static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + "…";
}

Error refused(const approvals::Intent& intent, const std::string& why) {
  return {Errc::kDenied, intent.tool + " is not allowed: " + why,
          "go on without it, or say what you would need it for"};
}

Error denied(const approvals::Intent& intent, const approvals::Answer& answer) {
  if (answer.expired == to_string(Expiry::kTimeout)) {
    return {Errc::kDenied, intent.tool + " was not allowed: nobody answered in time",
            "go on without it, or end with what a person has to decide"};
  }
  const std::string note = answer.note.empty() ? "" : ": " + answer.note;
  return {Errc::kDenied, answer.by + " did not allow " + intent.tool + note,
          "do not try the same again; go on in another way, or end with what you would need"};
}

}  // namespace

ApprovalService::ApprovalService(Strand strand, Parts parts)
    : strand_(strand), parts_(parts), changed_(strand) {}

void ApprovalService::before_apply(const Event& event) {
  // Whoever waits runs after this step, and so after the event is applied.
  if (event.type.starts_with("approval_")) changed_.notify_all();
}

void ApprovalService::end_waits() {
  closing_ = true;
  changed_.notify_all();
}

void ApprovalService::recover() {
  for (EventDraft& draft : parts_.desk.recover()) parts_.log.append(std::move(draft));
}

awaitable<Result<void>> ApprovalService::approve(tools::Caller caller, approvals::Intent intent,
                                                 json::object input, std::stop_token stop,
                                                 OnWait on_wait) {
  check(strand_.running_in_this_thread());
  const approvals::Verdict verdict = parts_.desk.policy().decide(caller.agent, intent);
  if (verdict.decision != Decision::kAsk) {
    CO_TRY_VOID(co_await parts_.log.durable(parts_.desk.policy_seq()));
    if (verdict.decision == Decision::kDeny) co_return refused(intent, verdict.why);
    co_return Result<void>{};
  }
  CO_TRY(const std::string id, ask(caller, intent, input, verdict));
  on_wait.begin(line_of(intent));
  auto answered = co_await await_answer(caller, intent, id, std::move(stop));
  on_wait.end();
  co_return answered;
}

Result<std::string> ApprovalService::ask(const tools::Caller& caller,
                                         const approvals::Intent& intent, const json::object& input,
                                         const approvals::Verdict& verdict) {
  approvals::Approval approval;
  approval.id = parts_.random.id("a_");
  approval.agent = caller.agent;
  approval.task = caller.task.str();
  approval.tool = intent.tool;
  approval.input = approvals::shown_input(input);
  approval.why = verdict.why;
  approval.requested_at = parts_.clock.now();
  std::string id = approval.id;
  TRY(EventDraft draft, parts_.desk.request(std::move(approval)));
  parts_.log.append(std::move(draft));
  return id;
}

std::optional<Expiry> ApprovalService::due(const tools::Caller& caller, const std::string& id,
                                           const approvals::Verdict& now,
                                           const std::stop_token& stop) {
  if (stop.stop_requested()) {
    const queue::Task* task = parts_.board.find(caller.task);
    const bool cancelled = task != nullptr && task->cancel_requested;
    return cancelled ? Expiry::kCancelled : Expiry::kInterrupted;
  }
  if (closing_ && caller.task.empty()) return Expiry::kInterrupted;
  if (now.decision != Decision::kAsk) return Expiry::kPolicy;
  if (parts_.clock.now() >= parts_.desk.open().at(id).expires_at) return Expiry::kTimeout;
  return std::nullopt;
}

awaitable<Result<void>> ApprovalService::await_answer(const tools::Caller& caller,
                                                      const approvals::Intent& intent,
                                                      const std::string& id, std::stop_token stop) {
  const std::stop_callback wake(stop,
                                [this] { asio::post(strand_, [this] { changed_.notify_all(); }); });
  if (parts_.questions != nullptr) co_await announce(id, line_of(intent));
  approvals::Verdict verdict;
  while (parts_.desk.open().contains(id) && !parts_.log.failed()) {
    verdict = parts_.desk.policy().decide(caller.agent, intent);
    if (const auto why = due(caller, id, verdict, stop)) {
      const bool allowed = why == Expiry::kPolicy && verdict.decision == Decision::kAllow;
      auto draft = parts_.desk.expire(id, *why, allowed ? Decision::kAllow : Decision::kDeny);
      check(draft.ok(), "an open question can expire");
      parts_.log.append(*std::move(draft));
      break;
    }
    const auto left = parts_.desk.open().at(id).expires_at - parts_.clock.now();
    const auto longest = std::min<std::chrono::microseconds>(left, kLookAgain);
    co_await changed_.wait_until(std::chrono::steady_clock::now() + longest);
  }
  if (parts_.questions != nullptr) parts_.questions->ended(id);
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  const approvals::Answer* answer = parts_.desk.ended(id);
  check(answer != nullptr, "a question that is not open has just ended");
  if (stop.stop_requested()) co_return Error{Errc::kCancelled, "cancelled", {}};
  if (answer->expired == to_string(Expiry::kInterrupted)) {
    co_return unavailable("the workspace closes", "call again");
  }
  if (answer->decision == Decision::kAllow) co_return Result<void>{};
  if (answer->expired == to_string(Expiry::kPolicy)) co_return refused(intent, verdict.why);
  co_return denied(intent, *answer);
}

awaitable<void> ApprovalService::announce(std::string id, std::string summary) {
  const auto durable = co_await parts_.log.durable(parts_.log.head());
  const auto open = parts_.desk.open().find(id);
  if (!durable || open == parts_.desk.open().end()) co_return;  // whoever waits sees it too
  const approvals::Approval& asked = open->second;
  parts_.questions->waits({id, parts_.workspace, parts_.workspace_name, asked.agent, asked.task,
                           asked.tool, std::move(summary), asked.why, asked.requested_at,
                           asked.expires_at});
}

awaitable<Result<Sequence>> ApprovalService::answer(std::string id, approvals::Decision decision,
                                                    std::string note, std::string actor,
                                                    std::string session) {
  CO_TRY_VOID(parts_.log.admit());
  CO_TRY(EventDraft draft, parts_.desk.answer(id, decision, note, actor));
  draft.session = std::move(session);
  const Sequence seq = parts_.log.append(std::move(draft));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return seq;
}

awaitable<Result<Sequence>> ApprovalService::change(std::vector<EventDraft> changes) {
  CO_TRY_VOID(parts_.log.admit());
  Sequence last = parts_.log.head();
  for (EventDraft& draft : changes) last = parts_.log.append(std::move(draft));
  CO_TRY_VOID(co_await parts_.log.durable(last));
  co_return last;
}

}  // namespace coditect::workspace
