#include "workspace/coordination/lock_service.h"

#include <boost/asio/post.hpp>

#include "base/check.h"
#include "base/log.h"

namespace coditect::workspace {

namespace {

Error asleep() {
  return unavailable("the workspace goes to sleep", "ask for the lock again: that wakes it");
}

}  // namespace

LockService::LockService(Strand strand, EventLog& log, locks::LockTable& table, const Clock& clock)
    : strand_(strand),
      log_(log),
      table_(table),
      clock_(clock),
      changed_(strand),
      deadline_changed_(strand),
      background_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

void LockService::record(std::vector<EventDraft> events) {
  for (EventDraft& event : events) log_.append(std::move(event));
}

void LockService::pump() {
  check(strand_.running_in_this_thread());
  if (log_.closed()) return;
  while (auto step = table_.next_step(clock_.now())) {
    record(std::move(step->events));
    if (!step->wakeup) continue;
    const auto place = waits_.find(step->wakeup->waiter);
    if (place != waits_.end()) place->second = std::move(step->wakeup->outcome);
    changed_.notify_all();
  }
  arm();
}

void LockService::arm() {
  if (!table_.next_deadline() || closed_) return;
  if (watching_) {
    deadline_changed_.notify_all();
    return;
  }
  watching_ = true;
  background_.spawn("lock deadlines", watch_deadlines());
}

awaitable<void> LockService::watch_deadlines() {
  while (!closed_) {
    const auto deadline = table_.next_deadline();
    if (!deadline) break;
    const Time now = clock_.now();
    if (*deadline > now) {
      co_await deadline_changed_.wait_until(std::chrono::steady_clock::now() + (*deadline - now));
    }
    if (!closed_) pump();
  }
  watching_ = false;
}

awaitable<Result<locks::Grant>> LockService::acquire(locks::Request request, std::stop_token stop,
                                                     OnWait on_wait) {
  check(strand_.running_in_this_thread());
  if (refuses_waits_) co_return asleep();
  CO_TRY_VOID(log_.admit());
  pump();  // a lease that is over ends in the log before another one begins
  request.now = clock_.now();
  CO_TRY(locks::Decision decision, table_.acquire(request));
  if (auto* granted = std::get_if<locks::Granted>(&decision)) {
    record(std::move(granted->events));
    pump();
    CO_TRY_VOID(co_await log_.durable(log_.head()));
    co_return granted->grant;
  }
  if (auto* refused = std::get_if<locks::Refused>(&decision)) {
    record(std::move(refused->events));
    pump();
    CO_TRY_VOID(co_await log_.durable(log_.head()));
    co_return std::move(refused->error);
  }
  auto& waiting = std::get<locks::Waiting>(decision);
  record(std::move(waiting.events));
  waits_[waiting.waiter] = std::nullopt;
  if (on_wait) on_wait(waiting.waits_for);
  pump();
  co_return co_await await_turn(waiting.waiter, std::move(stop));
}

awaitable<Result<locks::Grant>> LockService::await_turn(locks::WaiterId waiter,
                                                        std::stop_token stop) {
  const auto cancel = [this, waiter] {
    end_wait(waiter, {Errc::kCancelled, "the wait was cancelled", "ask for the lock again"});
  };
  const std::stop_callback on_stop(stop, [this, cancel] { asio::post(strand_, cancel); });
  while (!waits_[waiter]) co_await changed_.wait();
  Result<locks::Grant> outcome = *std::move(waits_[waiter]);
  waits_.erase(waiter);
  CO_TRY_VOID(co_await log_.durable(log_.head()));
  co_return outcome;
}

void LockService::end_wait(locks::WaiterId waiter, Error why) {
  auto step = table_.cancel(waiter);
  if (!step) return;  // it was granted or ended before
  record(std::move(step->events));
  waits_[waiter] = Result<locks::Grant>(std::move(why));
  changed_.notify_all();
  pump();
}

void LockService::end_waits() {
  refuses_waits_ = true;
  std::vector<locks::WaiterId> waiting;
  for (const auto& [waiter, outcome] : waits_) {
    if (!outcome) waiting.push_back(waiter);
  }
  for (const locks::WaiterId waiter : waiting) end_wait(waiter, asleep());
}

awaitable<Result<locks::Grant>> LockService::renew(locks::Token token, std::string holder,
                                                   std::chrono::milliseconds lease,
                                                   locks::Renewal renewal) {
  CO_TRY_VOID(log_.admit());
  CO_TRY(EventDraft event, table_.renew(token, holder, lease, clock_.now(), renewal));
  const Sequence seq = log_.append(std::move(event));
  arm();
  const auto place = table_.locks().find(token);
  check(place != table_.locks().end(), "a lock that was renewed is held");
  const locks::Grant grant{token, place->second.expires_at, locks::GrantKind::kAlreadyHeld};
  CO_TRY_VOID(co_await log_.durable(seq));
  co_return grant;
}

Result<Sequence> LockService::give_back(const std::string& path, locks::Token token,
                                        const std::string& holder) {
  TRY(std::vector<EventDraft> events, table_.release(path, token, holder));
  record(std::move(events));
  const Sequence released = log_.head();
  pump();
  return released;
}

awaitable<Result<void>> LockService::release(std::string path, locks::Token token,
                                             std::string holder) {
  CO_TRY(Sequence released, give_back(path, token, holder));
  co_return co_await log_.durable(released);
}

void LockService::release_all(const std::string& holder, locks::ReleaseReason reason) {
  for (locks::Step& step : table_.release_all(holder, reason, "system")) {
    record(std::move(step.events));
    if (!step.wakeup) continue;
    const auto place = waits_.find(step.wakeup->waiter);
    if (place != waits_.end()) place->second = std::move(step.wakeup->outcome);
    changed_.notify_all();
  }
  pump();
}

awaitable<Result<void>> LockService::revoke(locks::Token token, std::string actor) {
  CO_TRY(const Sequence revoked, take_away(token, actor));
  co_return co_await log_.durable(revoked);
}

Result<Sequence> LockService::take_away(locks::Token token, const std::string& actor) {
  TRY(EventDraft event, table_.revoke(token, actor));
  const Sequence revoked = log_.append(std::move(event));
  pump();
  return revoked;
}

void LockService::refuse(locks::WaiterId waiter, Error why) {
  auto step = table_.refuse(waiter, why);
  if (!step) return;
  record(std::move(step->events));
  waits_[waiter] = Result<locks::Grant>(std::move(why));
  changed_.notify_all();
  pump();
}

awaitable<void> LockService::close() {
  closed_ = true;
  deadline_changed_.notify_all();
  co_await background_.close();
}

}  // namespace coditect::workspace
