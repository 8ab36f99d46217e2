#include "workspace/mcp/mcp_sign_in.h"

#include "base/random.h"

namespace coditect::workspace {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr std::string_view kCallback = "/oauth/callback";
/// A person has this long to sign in.
constexpr std::chrono::minutes kPendingMax{15};
/// A token that is about to expire is renewed before.
constexpr seconds kExpiresSoon{30};

}  // namespace

McpSignIn::McpSignIn(const Strand& strand, Parts parts, std::string name, McpServer server)
    : strand_(strand),
      parts_(std::move(parts)),
      name_(std::move(name)),
      server_(std::move(server)),
      busy_(strand) {}

std::string McpSignIn::server_url() const {
  const net_client::BaseUrl& url = *server_.url;
  const bool https = url.scheme == net_client::Scheme::kHttps;
  return (https ? "https://" : "http://") + url.host_header() + url.prefix;
}

mcp::oauth::HttpFetch McpSignIn::fetch() const {
  if (parts_.settings == nullptr) return {strand_, {}};
  const McpSettings::Options& options = parts_.settings->options();
  return {strand_, options.proxy, options.trusted_certificates};
}

awaitable<Result<void>> McpSignIn::load() {
  if (loaded_) co_return Result<void>{};
  CO_TRY(tokens_, co_await parts_.tokens.load(name_));
  // The server may have moved since: what is for another one is never shown to it.
  if (tokens_ && !mcp::oauth::covers(tokens_->resource, server_url())) tokens_.reset();
  loaded_ = true;
  co_return Result<void>{};
}

awaitable<Result<void>> McpSignIn::renew() {
  mcp::oauth::HttpFetch fetch = this->fetch();
  CO_TRY(mcp::oauth::Tokens next,
         co_await mcp::oauth::refresh(fetch, *tokens_, parts_.clock.now(), {}));
  tokens_ = next;
  co_return co_await parts_.tokens.save(name_, std::move(next), parts_.clock.now());
}

awaitable<Result<std::string>> McpSignIn::token() {
  const auto hold = co_await busy_.lock();
  CO_TRY_VOID(co_await load());
  if (!tokens_) co_return std::string();
  const auto now = duration_cast<seconds>(parts_.clock.now().time_since_epoch()).count();
  const bool expires =
      tokens_->expires_at != 0 && tokens_->expires_at <= now + kExpiresSoon.count();
  // Where it cannot be renewed, the server says what it thinks of the old one.
  if (expires && !tokens_->refresh.empty()) (void)(co_await renew()).ok();
  co_return tokens_->access;
}

awaitable<Result<void>> McpSignIn::challenged(mcp::Challenge challenge, std::string token) {
  const auto hold = co_await busy_.lock();
  CO_TRY_VOID(co_await load());
  if (tokens_ && tokens_->access != token) co_return Result<void>{};
  if (tokens_ && challenge.status == 401 && !tokens_->refresh.empty()) {
    auto renewed = co_await renew();
    if (renewed || renewed.error().code == Errc::kUnavailable) co_return renewed;
  }
  challenge_ = std::move(challenge.authenticate);
  wanted_ = true;
  co_return Error{
      Errc::kDenied, "it wants somebody to sign in",
      "call mcp.authorize {\"name\": \"" + name_ + "\"} and open the URL that it gives"};
}

awaitable<Result<McpSignIn::Begun>> McpSignIn::begin(std::string actor) {
  const auto hold = co_await busy_.lock();
  CO_TRY_VOID(co_await load());
  const std::string address = parts_.settings == nullptr ? "" : parts_.settings->address();
  if (address.empty()) co_return unavailable("this server has no address to come back to");
  mcp::oauth::Wanted wanted{.server_url = server_url(), .challenge = challenge_};
  wanted.scope = server_.sign_in.scope;
  wanted.known_scope = tokens_ ? tokens_->scope : "";
  wanted.client_id = server_.sign_in.client_id;
  wanted.client_name = "CODITECT Development Studio";
  wanted.redirect_uri = address + std::string(kCallback);
  wanted.state = parts_.workspace.str() + "." + new_secret();
  if (const std::string& secret = server_.sign_in.client_secret; !secret.empty()) {
    if (parts_.secrets == nullptr) co_return unavailable("this server keeps no secrets");
    auto look = [this, &secret] { return parts_.secrets->values(parts_.workspace, {secret}); };
    CO_TRY(const auto values, co_await parts_.pool.run(std::move(look)));
    wanted.client_secret = values.front().value;
  }
  mcp::oauth::HttpFetch fetch = this->fetch();
  CO_TRY(pending_, co_await mcp::oauth::begin(fetch, std::move(wanted), {}));
  pending_until_ = parts_.clock.now() + kPendingMax;
  began_ = std::move(actor);
  co_return Begun{pending_->url, pending_until_};
}

bool McpSignIn::waits_for(std::string_view state) const {
  return pending_ && pending_->state == state && parts_.clock.now() < pending_until_;
}

awaitable<Result<std::string>> McpSignIn::finish(mcp::oauth::Returned returned) {
  const auto hold = co_await busy_.lock();
  if (!waits_for(returned.state)) {
    co_return Error{Errc::kDenied, "nobody waits for this sign-in", "begin it again"};
  }
  // What came back is used once, whatever becomes of it.
  mcp::oauth::Pending pending = *std::exchange(pending_, std::nullopt);
  mcp::oauth::HttpFetch fetch = this->fetch();
  const Time now = parts_.clock.now();
  CO_TRY(tokens_,
         co_await mcp::oauth::finish(fetch, std::move(pending), std::move(returned), now, {}));
  loaded_ = true;
  wanted_ = false;
  CO_TRY_VOID(co_await parts_.tokens.save(name_, *tokens_, now));
  co_return began_;
}

awaitable<Result<void>> McpSignIn::forget() {
  const auto hold = co_await busy_.lock();
  tokens_.reset();
  pending_.reset();
  loaded_ = true;
  co_return co_await parts_.tokens.forget(name_);
}

}  // namespace coditect::workspace
