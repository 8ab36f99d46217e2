#pragma once

#include <string>

#include "base/clock.h"
#include "protocols/mcp/client/authorizer.h"
#include "protocols/mcp/client/oauth/sign_in.h"

namespace coditect::mcp {

/// Signs in as the product does, with a browser that agrees to everything: it goes where it is sent
/// and brings back what it is given.
///
/// Threads:  one strand.
class AutoSignIn final : public Authorizer {
 public:
  AutoSignIn(oauth::Fetch& fetch, oauth::Wanted wanted)
      : fetch_(fetch), wanted_(std::move(wanted)) {}

  awaitable<Result<std::string>> token() override { co_return tokens_.access; }
  awaitable<Result<void>> challenged(Challenge challenge, std::string token) override;

 private:
  awaitable<Result<oauth::Returned>> open(std::string url);

  oauth::Fetch& fetch_;
  oauth::Wanted wanted_;
  oauth::Tokens tokens_;
  SystemClock clock_;
};

}  // namespace coditect::mcp
