#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/strand.h"

namespace coditect::api {

/// How a part of the server does.
struct ComponentHealth {
  enum class State {
    kOk,
    kAbsent,    ///< this server runs without it
    kDegraded,  ///< the server does its work, but somebody should look
    kFailing,   ///< the server cannot do its work
  };
  State state = State::kOk;
  std::string reason;  ///< what is wrong; "" for kOk and kAbsent
};

/// One number for GET /metrics, as it is now.
struct Figure {
  const char* name;  ///< with a unit at its end, or `_total` for what is counted since the start
  const char* help;
  double value = 0;
};

/// A part of the server that GET /health and GET /metrics ask.
///
/// Threads:  any.
/// Lifetime: outlives Health and Metrics.
class Component {
 public:
  virtual ~Component() = default;
  /// Its member in the answer: "journal", "store".
  virtual std::string_view name() const = 0;
  virtual awaitable<ComponentHealth> health() = 0;
  virtual awaitable<std::vector<Figure>> figures() { co_return std::vector<Figure>(); }
};

}  // namespace coditect::api
