#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "net/handler.h"
#include "providers/simulator/attempts.h"
#include "providers/simulator/dialect.h"
#include "providers/simulator/route.h"

namespace coditect::simulator {

/// The four model APIs on one port, without a model behind them: what is answered is decided by the
/// prompt (rehearsal.h), or is a small plan that says it is a simulation (honest_plan.h).
///
/// Serves POST /v1/messages[/count_tokens], /v1/responses, /v1/chat/completions,
/// /{v1,v1beta}/models/M:{generateContent,streamGenerateContent,countTokens} and
/// GET /{v1,v1beta}/models. Every request needs its vendor's key header; any key will do.
///
/// Threads:  any.
/// Lifetime: outlives its Server; `clock` and `random` outlive it.
/// Errors:   answered in the vendor's own form.
class Simulator final : public net::Handler {
 public:
  Simulator(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  std::optional<net::Response> authorize_head(const net::RequestHead& head) override;
  awaitable<std::optional<net::Response>> handle(net::Request request,
                                                 net::ResponseStream& stream) override;

 private:
  /// What to send for one generating request.
  struct Performance {
    Reply reply;
    Delivery delivery = Delivery::kWhole;
    bool breaks_off = false;
  };

  Result<Prompt> read(const net::Request& request, const Route& route) const;
  /// Plans the answer, or refuses.
  std::variant<Performance, net::Response> plan(const Prompt& prompt);
  awaitable<std::optional<net::Response>> generate(Route route, Prompt prompt,
                                                   net::ResponseStream& stream);
  net::Response refuse(Vendor vendor, int status, std::string message);
  std::string new_id();

  const Clock& clock_;
  Attempts attempts_;

  std::mutex random_mutex_;
  Random& random_;  // guarded by random_mutex_
};

}  // namespace coditect::simulator
