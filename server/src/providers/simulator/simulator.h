#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "net/handler.h"
#include "providers/simulator/attempts.h"
#include "providers/simulator/dialect.h"
#include "providers/simulator/message_threads.h"
#include "providers/simulator/rate_meter.h"
#include "providers/simulator/route.h"

namespace coditect::simulator {

/// The four model APIs on one port, without a model behind them: what is answered is decided by the
/// prompt (rehearsal.h), or is a small plan that says it is a simulation (honest_plan.h).
///
/// Texts are embedded by their words alone (embeddings.h).
///
/// Serves POST /v1/messages[/count_tokens], /v1/responses[/input_tokens], /v1/chat/completions,
/// /v1/embeddings,
/// /v1/tokenizers/estimate-token-count,
/// /{v1,v1beta}/models/M:{generateContent,streamGenerateContent,countTokens} and
/// GET /{v1,v1beta}/models[/M]. Every request needs its vendor's key header; any key will do.
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
  /// One generating request, and its body with all that was said before.
  struct Question {
    Route route;
    json::object body;
    Prompt prompt;
  };
  /// What to send for it.
  struct Performance {
    Reply reply;
    Delivery delivery = Delivery::kWhole;
    std::optional<Refusal> stream_error;  ///< what it turns into half-way
    bool drops = false;                   ///< it breaks off half-way
    net::Headers headers;
  };

  Result<json::object> read_body(const net::Request& request, const Route& route) const;
  /// Plans the answer, or refuses.
  std::variant<Performance, net::Response> plan(Prompt prompt);
  awaitable<std::optional<net::Response>> generate(Question question, net::ResponseStream& stream);
  net::Response embed(const net::Request& request);
  net::Response about_models(const Route& route);
  net::Response no_such_thread(Vendor vendor, std::string message);
  net::Response refuse(Vendor vendor, int status, std::string message);
  net::Response refuse(Vendor vendor, const Fail& fail, const std::string& id);
  RateMeter& meter_of(Vendor vendor) { return meters_[static_cast<std::size_t>(vendor)]; }
  std::string new_id();

  const Clock& clock_;
  Attempts attempts_;
  MessageThreads threads_;
  std::array<RateMeter, 4> meters_;  ///< one for each vendor

  std::mutex random_mutex_;
  Random& random_;  // guarded by random_mutex_
};

}  // namespace coditect::simulator
