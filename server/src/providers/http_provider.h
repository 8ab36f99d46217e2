#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "providers/dialect.h"
#include "providers/provider.h"
#include "providers/resilience/key_gate.h"
#include "providers/wire/http_client.h"

namespace coditect::providers {

struct HttpProviderOptions {
  std::unique_ptr<Dialect> dialect;
  std::unique_ptr<HttpClient> client;
  std::string api_key;
  RetryPolicy retry;
  std::shared_ptr<KeyGate> gate;  ///< shared with whoever else uses the key
};

/// A model API over HTTP: posts what its dialect builds, feeds its decoder, tries again when the
/// policy says so. Every request passes the key's gate.
///
/// Threads:    as Provider. `random` is drawn from by whichever call fails, so it allows any thread
///             unless all calls share one strand.
/// Lifetime:   `clock` and `random` outlive it.
/// Invariants: the key leaves only in its header; no error holds it.
class HttpProvider final : public Provider {
 public:
  HttpProvider(HttpProviderOptions options, const Clock& clock, Random& random);

  ProviderKind kind() const override { return options_.dialect->kind(); }
  awaitable<ProviderResult<ModelAnswer>> call(ModelRequest request, StreamListener& listener,
                                              std::stop_token stop) override;

 private:
  /// Streams one request into `decoder` until its stream is complete or ends.
  awaitable<ProviderResult<void>> stream(const ModelRequest& request, AnswerDecoder& decoder,
                                         StreamListener& listener, std::stop_token stop);
  /// The request itself, once it has passed the gate.
  awaitable<ProviderResult<void>> exchange(HttpPost post, KeyGate::Pass& pass,
                                           AnswerDecoder& decoder, StreamListener& listener,
                                           std::stop_token stop);
  /// stream(), and again for as long as the vendor says that the answer goes on.
  awaitable<ProviderResult<ModelAnswer>> attempt(const ModelRequest& request,
                                                 AnswerDecoder& decoder, StreamListener& listener,
                                                 std::stop_token stop);
  awaitable<ProviderResult<void>> pump(HttpResponse& response, KeyGate::Pass& pass,
                                       AnswerDecoder& decoder, StreamListener& listener);
  awaitable<ProviderError> refusal(HttpResponse& response);
  ProviderError without_key(ProviderError error) const;

  const HttpProviderOptions options_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace coditect::providers
