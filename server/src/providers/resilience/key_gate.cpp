#include "providers/resilience/key_gate.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <utility>

#include "providers/wire/retry_policy.h"

namespace coditect::providers {

namespace {

using std::chrono::milliseconds;
using Kind = ProviderError::Kind;

/// Of text in a request, before the vendor has said how it counts.
constexpr double kTokensPerByte = 0.25;
/// After a 429 that names no time.
constexpr milliseconds kHoldDefault{1'000};

/// What an error tells of the address it came from.
enum class Tells { kDown, kAlive, kNothing };

Tells tells(const ProviderError& error) {
  switch (error.kind) {
    case Kind::kNetwork:
    case Kind::kTimeout:
    case Kind::kServer:
    case Kind::kOverloaded: return error.retryable ? Tells::kDown : Tells::kNothing;
    case Kind::kCancelled:
    case Kind::kMalformed: return Tells::kNothing;
    case Kind::kRateLimited:
    case Kind::kQuota:
    case Kind::kAuth:
    case Kind::kInvalidRequest:
    case Kind::kContextExceeded:
    case Kind::kContentFilter: return Tells::kAlive;
  }
  return Tells::kNothing;
}

std::string spell(milliseconds length) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(length).count();
  return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

/// Sleeps until the timer expires or is cancelled, or a stop is requested from any thread.
awaitable<void> sleep(std::shared_ptr<asio::steady_timer> timer, std::stop_token stop) {
  // Posted, so that the wait has begun by the time it is cancelled even where the stop was
  // requested before.
  std::stop_callback wake(stop, [weak = std::weak_ptr(timer), executor = timer->get_executor()] {
    asio::post(executor, [weak] {
      if (const auto still_there = weak.lock()) still_there->cancel();
    });
  });
  boost::system::error_code woken;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

KeyGate::KeyGate(std::string name, const Clock& clock, CircuitOptions options)
    : name_(std::move(name)), clock_(clock), breaker_(options), tokens_per_byte_(kTokensPerByte) {}

/// A place in line, for as long as it is not taken out of it.
class KeyGate::Place {
 public:
  Place(KeyGate& gate, std::size_t bytes) : gate_(&gate) {
    const std::lock_guard lock(gate.mutex_);
    const double tokens = static_cast<double>(bytes) * gate.tokens_per_byte_;
    ticket_ = gate.pacer_.join(static_cast<std::int64_t>(tokens));
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (gate_ != nullptr) gate_->leave(ticket_);
  }
  Pacer::Ticket ticket() const { return ticket_; }
  /// The ticket, which is somebody else's business from now on.
  Pacer::Ticket take() {
    gate_ = nullptr;
    return ticket_;
  }

 private:
  KeyGate* gate_;
  Pacer::Ticket ticket_ = 0;
};

/// What becomes of a request that asks to pass.
struct KeyGate::Verdict {
  std::optional<CircuitBreaker::Round> round = std::nullopt;  ///< set where it passes
  std::optional<ProviderError> error = std::nullopt;
  milliseconds wait{0};
  std::string reason = {};
};

KeyGate::Verdict KeyGate::ask(Pacer::Ticket ticket, const Request& request, Sleeper sleeper) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  sleepers_.erase(ticket);
  if (const auto refused = breaker_.refuses(now)) return {.error = refusal(*refused)};
  const auto wait = pacer_.ask(ticket, now);
  if (!wait) {
    ++requests_;
    wake_first();
    return {.round = breaker_.pass(now)};
  }
  const auto length = std::chrono::ceil<milliseconds>(wait->until - now);
  if (length > request.wait_max) {
    ProviderError error =
        provider_error(Kind::kRateLimited, wait->reason + " for another " + spell(length));
    error.retryable = false;
    return {.error = std::move(error)};
  }
  sleepers_[ticket] = std::move(sleeper);
  return {.wait = length, .reason = name_ + ": " + wait->reason};
}

awaitable<ProviderResult<KeyGate::Pass>> KeyGate::enter(Request request, StreamListener& listener,
                                                        std::stop_token stop) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Place place(*this, request.bytes);
  bool told = false;
  for (;;) {
    if (stop.stop_requested()) co_return provider_error(Kind::kCancelled, "cancelled");
    const auto timer = std::make_shared<asio::steady_timer>(executor);
    Verdict verdict = ask(place.ticket(), request, {executor, timer});
    if (told && (verdict.round || verdict.error)) listener.on_resume();
    if (verdict.error) co_return *std::move(verdict.error);
    if (verdict.round) {
      co_return Pass(shared_from_this(), place.take(), *verdict.round, request.bytes);
    }
    if (!std::exchange(told, true)) listener.on_wait({verdict.reason, verdict.wait});
    timer->expires_after(verdict.wait);
    co_await sleep(timer, stop);
  }
}

KeyGate::Status KeyGate::status() const {
  const std::lock_guard lock(mutex_);
  auto circuit = breaker_.state();
  // Nobody is kept away any more: the next call tries.
  if (!breaker_.refuses(clock_.steady())) circuit = CircuitBreaker::State::kClosed;
  return {name_,
          circuit,
          breaker_.failures(),
          last_failure_.message,
          pacer_.waiting(),
          requests_,
          rate_limited_,
          opened_};
}

void KeyGate::leave(Pacer::Ticket ticket) {
  const std::lock_guard lock(mutex_);
  pacer_.leave(ticket);
  sleepers_.erase(ticket);
  wake_first();
}

void KeyGate::end(const Pass& pass, const ProviderError* error) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  pacer_.leave(pass.ticket_);
  if (error != nullptr && error->kind == Kind::kRateLimited) {
    ++rate_limited_;
    pacer_.hold(error->retry_after.value_or(kHoldDefault), now);
  }
  const Tells told = error == nullptr ? Tells::kAlive : tells(*error);
  if (told == Tells::kAlive) breaker_.succeeded();
  if (told == Tells::kNothing) breaker_.abandoned(pass.round_);
  if (told == Tells::kDown) {
    const auto before = breaker_.state();
    breaker_.failed(pass.round_, now);
    if (breaker_.state() != before) ++opened_;
    last_failure_ = *error;
    last_failure_.billed.clear();
  }
  wake_first();
}

void KeyGate::wake_first() {
  const auto first = pacer_.first();
  const auto sleeper = first ? sleepers_.find(*first) : sleepers_.end();
  if (sleeper == sleepers_.end()) return;
  asio::post(sleeper->second.executor, [timer = sleeper->second.timer] {
    if (const auto still_there = timer.lock()) still_there->cancel();
  });
}

ProviderError KeyGate::refusal(milliseconds retry_after) const {
  ProviderError error = provider_error(
      last_failure_.kind, name_ + " failed " + std::to_string(breaker_.failures()) +
                              " times in a row and is left alone for " + spell(retry_after) +
                              "; the last time: " + last_failure_.message);
  error.code = kCircuitOpen;
  error.retryable = true;
  error.http_status = last_failure_.http_status;
  error.retry_after = retry_after;
  return error;
}

KeyGate::Pass::Pass(std::shared_ptr<KeyGate> gate, Pacer::Ticket ticket,
                    CircuitBreaker::Round round, std::size_t request_bytes)
    : gate_(std::move(gate)), ticket_(ticket), round_(round), request_bytes_(request_bytes) {}

KeyGate::Pass::~Pass() {
  if (gate_ == nullptr) return;
  const ProviderError cancelled = provider_error(Kind::kCancelled, "cancelled");
  end(&cancelled);
}

void KeyGate::Pass::heard(const HttpHead& head) {
  const auto answer = head.status == 429 ? Pacer::Answer::kRefused : Pacer::Answer::kTaken;
  const auto limits = rate_limits(head.headers, gate_->clock_.now());
  const std::lock_guard lock(gate_->mutex_);
  gate_->pacer_.heard(ticket_, answer, limits, gate_->clock_.steady());
  gate_->wake_first();
}

void KeyGate::Pass::answers() {
  const std::lock_guard lock(gate_->mutex_);
  gate_->breaker_.answers(round_);
}

void KeyGate::Pass::end(const ProviderError* error) {
  const auto gate = std::exchange(gate_, nullptr);
  gate->end(*this, error);
}

void KeyGate::Pass::used(std::int64_t prompt_tokens) {
  if (request_bytes_ == 0) return;
  const std::lock_guard lock(gate_->mutex_);
  gate_->tokens_per_byte_ =
      static_cast<double>(prompt_tokens) / static_cast<double>(request_bytes_);
}

}  // namespace coditect::providers
