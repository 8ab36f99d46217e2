#include "workspace/coordination/escalation_service.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "workspace/coordination/escalation_words.h"

namespace coditect::workspace {

namespace {

using approvals::Decision;
using approvals::Expiry;
using locks::LongWait;

/// A steady clock stands still while the machine sleeps, so the time is looked at this often.
constexpr std::chrono::minutes kLookAgain{1};
constexpr std::string_view kAgentPrefix = "agent:";

/// Those of `tokens` that are held.
std::vector<locks::Lock> held_of(const locks::LockTable& table,
                                 const std::vector<locks::Token>& tokens) {
  std::vector<locks::Lock> held;
  for (const locks::Token token : tokens) {
    if (const locks::Lock* lock = table.held().find(token)) held.push_back(*lock);
  }
  return held;
}

}  // namespace

EscalationService::EscalationService(Strand strand, Parts parts)
    : strand_(strand),
      parts_(parts),
      changed_(strand),
      background_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

void EscalationService::start() {
  activity_.begin(parts_.locks.table().held(), parts_.clock.now());
}

void EscalationService::after_apply(const Event& event) {
  activity_.apply(event, parts_.locks.table().held());
  if (event.type == "approval_answered" || event.type == "approval_expired") {
    const std::string id = find_string(event.data, "id").value_or("");
    const auto question = questions_.find(id);
    const approvals::Answer* answer = parts_.desk.ended(id);
    if (question != questions_.end() && answer != nullptr) {
      // One that nobody answered leaves everything as it is.
      if (answer->expired.empty()) {
        answered_.push_back({question->second, answer->decision, answer->by, answer->note});
      }
      questions_.erase(question);
    }
  }
  if (event.type == "lock_waiting" && !event.task.empty()) waiting_ = true;
  if (concerned()) wake();
}

void EscalationService::wake() {
  if (stopped_) return;
  if (watching_) {
    changed_.notify_all();
    return;
  }
  watching_ = true;
  next_.reset();
  background_.spawn("waits for locks", watch());
}

awaitable<void> EscalationService::watch() {
  // Not in the step that woke it: that one has not come to its end.
  co_await changed_.wait_until(std::chrono::steady_clock::now());
  while (!stopped_ && !parts_.log.failed()) {
    pump();
    if (!concerned()) break;
    std::chrono::microseconds pause = kLookAgain;
    if (next_) pause = std::min<std::chrono::microseconds>(pause, *next_ - parts_.clock.now());
    co_await changed_.wait_until(std::chrono::steady_clock::now() + pause);
  }
  watching_ = false;
}

void EscalationService::pump() {
  check(strand_.running_in_this_thread());
  if (stopped_ || parts_.log.closed() || parts_.log.failed()) return;
  take_answers();
  for (;;) {
    std::vector<LongWait> waits = locks::long_waits(parts_.locks.table(), parts_.book, activity_);
    waiting_ = !waits.empty();
    end_questions(waits);
    waits = locks::long_waits(parts_.locks.table(), parts_.book, activity_);
    const locks::Outlook outlook = locks::look(parts_.ladder, waits, parts_.clock.now());
    next_ = outlook.next;
    for (const auto& [id, question] : questions_) {
      const Time expires = parts_.desk.open().at(id).expires_at;
      next_ = next_ ? std::min(*next_, expires) : expires;
    }
    if (outlook.due.empty()) break;
    // One at a time: what follows from it decides what is due then.
    const locks::DueStep& step = outlook.due.front();
    carry_out(waits[step.wait], step);
  }
}

void EscalationService::take_answers() {
  for (const Answered& answered : std::exchange(answered_, {})) take(answered);
}

void EscalationService::take(const Answered& answered) {
  const locks::LockTable& table = parts_.locks.table();
  const auto waiter = table.waiters().find(answered.question.waiter);
  if (waiter == table.waiters().end() || answered.decision == Decision::kAsk) return;
  const std::vector<locks::Lock> held = held_of(table, answered.question.tokens);
  if (answered.decision == Decision::kDeny) {
    Error why = refused_wait(answered.question.path, held, answered.by, answered.note);
    parts_.locks.refuse(answered.question.waiter, std::move(why));
    return;
  }
  const locks::Request request = waiter->second.request;
  LongWait wait;
  wait.holder = request.holder;
  wait.task = request.task;
  wait.path = answered.question.path;
  const locks::Escalated* done = parts_.book.find(wait.task, wait.path);
  wait.since = done == nullptr ? request.now : done->since;
  for (const locks::Lock& lock : held) {
    const std::string why =
        answered.by + " decided so" + (answered.note.empty() ? "" : " (" + answered.note + ")");
    record(wait, locks::Rung::kRevoked, {lock}, why);
    send(lock.holder, wait.task, revoked_words(lock, wait.holder, why));
    const auto taken = parts_.locks.take_away(lock.token, answered.by);
    check(taken.ok(), "a lock that is held can be taken away");
  }
}

void EscalationService::end_questions(const std::vector<LongWait>& waits) {
  const Time now = parts_.clock.now();
  std::vector<std::pair<std::string, Expiry>> over;
  for (const auto& [id, question] : questions_) {
    const auto wait = std::ranges::find(waits, question.waiter, &LongWait::waiter);
    const bool in_the_way =
        wait != waits.end() && std::ranges::any_of(wait->obstacles, [&](const auto& lock) {
          return std::ranges::find(question.tokens, lock.token) != question.tokens.end();
        });
    if (!in_the_way) {
      over.emplace_back(id, Expiry::kOver);
    } else if (parts_.desk.open().at(id).expires_at <= now) {
      over.emplace_back(id, Expiry::kTimeout);
    }
  }
  for (const auto& [id, why] : over) {
    auto draft = parts_.desk.expire(id, why, Decision::kAsk);
    check(draft.ok(), "an open question can expire");
    parts_.log.append(*std::move(draft));
  }
}

void EscalationService::carry_out(const LongWait& wait, const locks::DueStep& step) {
  const std::vector<locks::Lock> locks = held_of(parts_.locks.table(), step.locks);
  check(locks.size() == step.locks.size(), "what is in a wait's way is held");
  switch (step.rung) {
    case locks::Rung::kTold: tell(wait, locks.front()); return;
    case locks::Rung::kRevoked: revoke(wait, locks.front()); return;
    case locks::Rung::kAsked: ask(wait, locks); return;
  }
}

void EscalationService::tell(const LongWait& wait, const locks::Lock& lock) {
  std::string text = waiting_words(wait, lock, parts_.clock.now());
  record(wait, locks::Rung::kTold, {lock}, text);
  send(lock.holder, wait.task, std::move(text));
}

void EscalationService::revoke(const LongWait& wait, const locks::Lock& lock) {
  const std::string why = idle_words(wait, lock, parts_.clock.now());
  record(wait, locks::Rung::kRevoked, {lock}, why);
  send(lock.holder, wait.task, revoked_words(lock, wait.holder, why));
  const auto taken = parts_.locks.take_away(lock.token, "system");
  check(taken.ok(), "a lock that is in the way is held");
}

void EscalationService::ask(const LongWait& wait, const std::vector<locks::Lock>& locks) {
  const Time now = parts_.clock.now();
  approvals::Approval approval;
  approval.id = parts_.random.id("a_");
  approval.kind = approvals::Kind::kLock;
  approval.agent = wait.holder.substr(wait.holder.find(':') + 1);
  approval.task = wait.task;
  approval.tool = "lock";
  approval.input = question_input(wait, locks, now);
  approval.why = asked_words(wait, now);
  approval.requested_at = now;
  const std::string id = approval.id;
  const std::string why = approval.why;
  auto draft = parts_.desk.request(std::move(approval));
  check(draft.ok(), "a fresh question can be asked");
  parts_.log.append(*std::move(draft));
  Question question{wait.waiter, wait.path, {}};
  for (const locks::Lock& lock : locks) question.tokens.push_back(lock.token);
  questions_.emplace(id, std::move(question));
  record(wait, locks::Rung::kAsked, locks, why, id);
}

void EscalationService::record(const LongWait& wait, locks::Rung rung,
                               std::vector<locks::Lock> locks, std::string why,
                               std::string question) {
  parts_.log.append(
      locks::escalated_event({wait.task, wait.path, wait.holder, wait.since, rung, std::move(locks),
                              std::move(why), std::move(question)}));
}

void EscalationService::send(const std::string& holder, const std::string& task, std::string text) {
  const std::string id = parts_.random.id("m_");
  if (holder.starts_with(kAgentPrefix)) {
    const bus::Outgoing message{id, "system", {holder.substr(kAgentPrefix.size())}, {}, text,
                                {}, task};
    auto draft = parts_.bus.send(message, parts_.directory.names());
    if (draft) {
      parts_.log.append(*std::move(draft));
    } else {
      // A full mailbox: the log's lock_escalated has said it all the same.
      spdlog::warn("{} was not told about its lock: {}", holder, draft.error().message);
    }
    return;
  }
  json::object data{{"id", id},
                    {"from", "system"},
                    {"to", json::array{json::string(holder)}},
                    {"text", std::move(text)},
                    {"kind", "chat"}};
  parts_.log.append({"agent_message", "system", {}, task, std::move(data)});
}

void EscalationService::stop() {
  if (std::exchange(stopped_, true)) return;
  for (const auto& [id, question] : std::exchange(questions_, {})) {
    auto draft = parts_.desk.expire(id, Expiry::kInterrupted, Decision::kAsk);
    if (draft && !parts_.log.failed()) parts_.log.append(*std::move(draft));
  }
  changed_.notify_all();
}

awaitable<void> EscalationService::close() {
  stop();
  co_await background_.close();
}

}  // namespace coditect::workspace
