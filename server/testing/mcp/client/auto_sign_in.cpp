#include "testing/mcp/client/auto_sign_in.h"

#include <boost/url/parse.hpp>

#include "base/random.h"

namespace coditect::mcp {

awaitable<Result<oauth::Returned>> AutoSignIn::open(std::string url) {
  oauth::Fetch::Request request{.url = std::move(url)};
  CO_TRY(const oauth::Fetched answer, co_await fetch_.fetch(std::move(request), {}));
  const std::string place(net_client::find_header(answer.headers, "Location"));
  const auto parsed = boost::urls::parse_uri(place);
  if (!parsed) co_return invalid("the browser is sent nowhere: " + std::to_string(answer.status));
  oauth::Returned returned;
  for (const auto& each : parsed->params()) {
    if (each.key == "state") returned.state = each.value;
    if (each.key == "code") returned.code = each.value;
    if (each.key == "error") returned.error = each.value;
    if (each.key == "iss") returned.issuer = each.value;
  }
  co_return returned;
}

awaitable<Result<void>> AutoSignIn::challenged(Challenge challenge, std::string) {
  oauth::Wanted wanted = wanted_;
  wanted.challenge = challenge.authenticate;
  wanted.state = new_secret();
  wanted.known_scope = tokens_.scope;
  CO_TRY(oauth::Pending pending, co_await oauth::begin(fetch_, std::move(wanted), {}));
  CO_TRY(oauth::Returned returned, co_await open(pending.url));
  CO_TRY(tokens_,
         co_await oauth::finish(fetch_, std::move(pending), std::move(returned), clock_.now(), {}));
  co_return Result<void>{};
}

}  // namespace coditect::mcp
