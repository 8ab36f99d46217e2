#pragma once

#include <string>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::mcp {

/// What a server answered to a request that it did not let in.
struct Challenge {
  int status = 0;            ///< 401, or 403 for a token that is good for less
  std::string authenticate;  ///< WWW-Authenticate, "" for none
};

/// Who shows a server who asks.
///
/// Threads:  the strand of the transport.
/// Lifetime: outlives the transport.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// The access token to show, "" for none.
  virtual awaitable<Result<std::string>> token() = 0;
  /// The server did not let `token` in. Returns when there is another one; Errc::kDenied with what
  /// a person has to do where there is none.
  virtual awaitable<Result<void>> challenged(Challenge challenge, std::string token) = 0;
};

}  // namespace coditect::mcp
