#pragma once

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/clock.h"
#include "providers/provider_error.h"
#include "providers/resilience/circuit_breaker.h"
#include "providers/resilience/pacer.h"
#include "providers/stream_listener.h"

namespace coditect::providers {

/// What every request with one key to one address passes through: a Pacer for the key's rate
/// limits and a CircuitBreaker for the address.
///
/// Threads:  any.
/// Lifetime: shared by the providers that use the key; `clock` outlives it.
class KeyGate : public std::enable_shared_from_this<KeyGate> {
 public:
  /// A request that has passed. Whoever holds it tells what becomes of it.
  ///
  /// Threads:  one at a time.
  /// Lifetime: destroying it without end() counts as a cancelled call.
  class Pass {
   public:
    Pass(Pass&&) = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass();

    /// The response has begun.
    void heard(const HttpHead& head);
    /// The first part of an answer is here.
    void answers();
    /// How the request ended; null where it was answered.
    void end(const ProviderError* error);
    /// What it took of the limits of tokens, as the vendor counted.
    void used(std::int64_t prompt_tokens);

   private:
    friend class KeyGate;
    Pass(std::shared_ptr<KeyGate> gate, Pacer::Ticket ticket, CircuitBreaker::Round round,
         std::size_t request_bytes);

    std::shared_ptr<KeyGate> gate_;  // null once it has ended
    Pacer::Ticket ticket_;
    CircuitBreaker::Round round_;
    std::size_t request_bytes_;
  };

  struct Request {
    std::size_t bytes = 0;
    std::chrono::milliseconds wait_max{0};  ///< a limit that is closed for longer refuses
  };

  /// `name` tells people which key and address: never the key itself.
  KeyGate(std::string name, const Clock& clock, CircuitOptions options = {});

  /// Returns when the request may be sent; `listener` hears when that takes a while. Refuses at
  /// once, with kCircuitOpen as code, while the address is given up, and with Kind::kRateLimited
  /// where a limit stays closed for longer than the request waits. A stop ends the wait at once.
  awaitable<ProviderResult<Pass>> enter(Request request, StreamListener& listener,
                                        std::stop_token stop);

  struct Status {
    std::string name;
    CircuitBreaker::State circuit = CircuitBreaker::State::kClosed;  ///< closed where a call passes
    int failures = 0;                                                ///< in a row
    std::string last_failure;
    std::size_t waiting = 0;
    std::uint64_t requests = 0;
    std::uint64_t rate_limited = 0;  ///< answered with 429
    std::uint64_t opened = 0;        ///< times that the circuit opened
  };
  Status status() const;

 private:
  struct Sleeper {
    asio::any_io_executor executor;
    std::weak_ptr<asio::steady_timer> timer;
  };
  class Place;
  struct Verdict;

  Verdict ask(Pacer::Ticket ticket, const Request& request, Sleeper sleeper);
  void leave(Pacer::Ticket ticket);
  void end(const Pass& pass, const ProviderError* error);
  void wake_first();                                                   // under mutex_
  ProviderError refusal(std::chrono::milliseconds retry_after) const;  // under mutex_

  // Constant after construction.
  const std::string name_;
  const Clock& clock_;
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  Pacer pacer_;
  CircuitBreaker breaker_;
  std::map<Pacer::Ticket, Sleeper> sleepers_;
  ProviderError last_failure_;
  double tokens_per_byte_;  // of the last request that was billed: how much the cache saves shows
  std::uint64_t requests_ = 0;
  std::uint64_t rate_limited_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace coditect::providers
