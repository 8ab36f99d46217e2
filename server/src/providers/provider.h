#pragma once

#include <stop_token>

#include "async/strand.h"
#include "providers/model_answer.h"
#include "providers/model_request.h"
#include "providers/provider_error.h"
#include "providers/stream_listener.h"

namespace coditect::providers {

/// One model API.
///
/// Threads:  call() is awaited on a strand (or a single-threaded executor), where it does all its
///           work; several calls may run at once. `stop` may be requested from any thread.
/// Lifetime: outlives its calls.
/// Errors:   ProviderError; to_error() turns it into an Error.
class Provider {
 public:
  virtual ~Provider() = default;

  virtual ProviderKind kind() const = 0;

  /// Asks the model once, with the retries that are due, and returns its whole answer.
  /// Requesting `stop` closes the socket at once; the call then ends with Kind::kCancelled.
  virtual awaitable<ProviderResult<ModelAnswer>> call(ModelRequest request,
                                                      StreamListener& listener,
                                                      std::stop_token stop) = 0;
};

}  // namespace coditect::providers
