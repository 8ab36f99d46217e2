#pragma once

#include <string>
#include <string_view>

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

/// A part of the server that GET /health asks.
///
/// Threads:  any.
/// Lifetime: outlives Health.
class Component {
 public:
  virtual ~Component() = default;
  /// Its member in the answer: "journal", "store".
  virtual std::string_view name() const = 0;
  virtual awaitable<ComponentHealth> health() = 0;
};

}  // namespace coditect::api
