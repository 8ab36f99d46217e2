#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "providers/provider_error.h"

namespace coditect::providers {

/// A call that failed and is tried again.
struct Retry {
  int attempt = 0;  ///< of the attempt that failed; the first is 1
  std::chrono::milliseconds delay{0};
  const ProviderError& error;
};

/// A call that is kept waiting before it asks.
struct Wait {
  std::string reason;
  std::chrono::milliseconds length{0};  ///< probably; what it waits for may come sooner or later
};

/// Hears an answer while it arrives: a preview, never the only copy of anything.
///
/// Threads:  the executor that awaits Provider::call().
/// Lifetime: outlives the call.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void on_text(std::string_view delta) = 0;
  /// The model begins to call a tool; its input is not known yet.
  virtual void on_tool_call(std::string_view id, std::string_view name) = 0;
  /// Everything heard since the call began is void: the answer starts again after the delay.
  virtual void on_retry(const Retry& retry) = 0;
  /// The answer goes on in a further request, which is billed by itself.
  virtual void on_continuation() {}
  /// The call waits, for a rate limit or before another attempt; on_resume() follows, however the
  /// wait ends.
  virtual void on_wait(const Wait& wait) { static_cast<void>(wait); }
  virtual void on_resume() {}
};

}  // namespace coditect::providers
