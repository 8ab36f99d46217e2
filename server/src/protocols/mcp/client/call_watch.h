#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "async/linked_stop.h"
#include "async/strand.h"
#include "base/result.h"
#include "protocols/mcp/client/transport.h"

namespace coditect::mcp {

/// Ends a call that is stopped, says nothing for too long or takes too long.
///
/// Threads:  one strand; the caller's stop may come from any thread.
/// Lifetime: of one call.
class CallWatch {
 public:
  /// `on_end` is called once, on the strand, when the call is to end; not after the watch is gone.
  CallWatch(const Strand& strand, CallTime time, std::stop_token caller,
            std::function<void()> on_end = {});
  ~CallWatch();
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  /// Requested when the call is to end.
  std::stop_token token() const;
  /// There was a sign of life.
  void alive();
  /// Why the call has to end; nothing while it has not.
  std::optional<Error> over() const;

 private:
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace coditect::mcp
