#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "net/client/http_message.h"
#include "protocols/mcp/message.h"

namespace coditect::mcp {

/// How long a call may take.
struct CallTime {
  std::chrono::milliseconds silence;  ///< without a sign of life, such as progress
  std::chrono::milliseconds total;
};

/// A request on its way to a server.
struct Outgoing {
  std::int64_t id = 0;  ///< also the token of its progress
  std::string method;
  json::object params;
  CallTime time;
  net_client::Headers headers = {};  ///< which mirror the body, where the transport has headers
};

/// What a server says by itself.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear(const Notification& notification) = 0;
  /// The whole message that answers a request of the server.
  virtual json::object answer(const Request& request) = 0;
};

/// A way to one server.
///
/// Threads:  one strand.
/// Lifetime: the listener outlives it. Await close() before destroying it.
/// Errors:   what the server answers, a JSON-RPC error too, is a Response. kInvalid and kNotFound:
///           it refused the request as a whole, kDenied: it wants to know who asks, kConflict: it
///           does not know the session any more, kCancelled after a stop, kUnavailable else.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Asks, and hears meanwhile what the server says. Several may be under way.
  virtual awaitable<Result<Response>> ask(Outgoing request, std::stop_token stop) = 0;
  virtual awaitable<Result<void>> tell(std::string method, json::object params) = 0;
  /// The revision that is spoken from now on.
  virtual void speak(std::string revision) = 0;
  /// Ends every call and gives the session back.
  virtual awaitable<void> close() = 0;
};

}  // namespace coditect::mcp
