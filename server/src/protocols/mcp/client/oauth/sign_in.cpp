#include "protocols/mcp/client/oauth/sign_in.h"

#include <openssl/sha.h>

#include <algorithm>

#include "base/base64.h"
#include "base/random.h"

namespace coditect::mcp::oauth {

namespace {

constexpr std::size_t kShownBytesMax = 300;

std::string base64_url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

/// What only the holder of `verifier` can have made (RFC 7636).
std::string challenge_of(const std::string& verifier) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest);
  return base64_url(std::string_view(reinterpret_cast<const char*>(digest), sizeof digest));
}

/// A form, as a token endpoint takes it, or a query.
class Form {
 public:
  Form& add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_ += (text_.empty() ? "" : "&") + std::string(name) + "=" + percent_encoded(value);
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

bool has_word(const std::string& text, const std::string& word) {
  return (" " + text + " ").contains(" " + word + " ");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

awaitable<Result<json::object>> get_json(Fetch& fetch, std::string url, std::stop_token stop) {
  Fetch::Request request{.url = url, .headers = {{"Accept", "application/json"}}};
  CO_TRY(const Fetched answer, co_await fetch.fetch(std::move(request), std::move(stop)));
  if (answer.status != 200) {
    co_return not_found(url + " answered HTTP " + std::to_string(answer.status));
  }
  co_return parse_json_object(answer.body);
}

/// The metadata of the resource; nothing where it has none.
awaitable<Result<std::optional<json::object>>> resource_of(Fetch& fetch, const Wanted& wanted,
                                                           const Asked& asked,
                                                           std::stop_token stop) {
  std::vector<std::string> places = resource_metadata_urls(wanted.server_url);
  if (!asked.resource_metadata.empty()) places = {asked.resource_metadata};
  for (const std::string& place : places) {
    CO_TRY_VOID(check_endpoint(place, wanted.server_url));
    auto found = co_await get_json(fetch, place, stop);
    if (found) co_return std::optional(*std::move(found));
    if (found.error().code == Errc::kUnavailable) co_return std::move(found).error();
  }
  co_return std::optional<json::object>();
}

awaitable<Result<Issuer>> issuer_of(Fetch& fetch, const std::string& issuer,
                                    const std::string& server_url, std::stop_token stop) {
  for (const std::string& place : issuer_metadata_urls(issuer)) {
    CO_TRY_VOID(check_endpoint(place, server_url));
    auto found = co_await get_json(fetch, place, stop);
    if (found) co_return read_issuer(*found, issuer);
    if (found.error().code == Errc::kUnavailable) co_return std::move(found).error();
  }
  co_return not_found("the authorization server " + issuer + " has no metadata");
}

/// A server of 2025-03-26, which lets in itself.
awaitable<Result<Issuer>> own_issuer(Fetch& fetch, const std::string& server_url,
                                     std::stop_token stop) {
  const std::string origin = origin_of(server_url);
  const std::string place = issuer_metadata_urls(origin).front();
  auto found = co_await get_json(fetch, place, stop);
  if (!found && found.error().code == Errc::kNotFound) co_return guessed_issuer(server_url);
  if (!found) co_return std::move(found).error();
  // Nobody said yet what it calls itself; it speaks for its own place alone.
  const std::string issuer = find_string(*found, "issuer").value_or("");
  co_return read_issuer(*found, origin_of(issuer) == origin ? issuer : origin);
}

/// How to show a secret, of what the server takes.
std::string method_for(const Issuer& issuer, const std::string& registered) {
  if (!registered.empty()) return registered;
  const auto takes = [&issuer](std::string_view method) {
    return std::ranges::find(issuer.token_methods, method) != issuer.token_methods.end();
  };
  if (issuer.token_methods.empty() || takes("client_secret_basic")) return "client_secret_basic";
  return "client_secret_post";
}

awaitable<Result<ClientId>> register_client(Fetch& fetch, const Issuer& issuer,
                                            const Wanted& wanted, std::stop_token stop) {
  if (issuer.registration_endpoint.empty()) {
    co_return Error{Errc::kDenied, issuer.issuer + " lets nobody register by himself",
                    "register the studio there with the redirect URI " + wanted.redirect_uri +
                        ", and give `oauth.client_id` to mcp.set_server"};
  }
  const auto& methods = issuer.token_methods;
  const bool open = methods.empty() || std::ranges::find(methods, "none") != methods.end();
  json::object about{{"client_name", wanted.client_name},
                     {"redirect_uris", json::array{json::string(wanted.redirect_uri)}},
                     {"grant_types", json::array{"authorization_code", "refresh_token"}},
                     {"response_types", json::array{"code"}},
                     {"application_type", "native"},
                     {"token_endpoint_auth_method", open ? "none" : method_for(issuer, {})}};
  Fetch::Request request{
      .method = "POST",
      .url = issuer.registration_endpoint,
      .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
      .body = json::serialize(about)};
  CO_TRY(const Fetched answer, co_await fetch.fetch(std::move(request), std::move(stop)));
  if (answer.status != 200 && answer.status != 201) {
    co_return Error{Errc::kDenied,
                    issuer.issuer + " refuses to register us: HTTP " +
                        std::to_string(answer.status) + " " + answer.body.substr(0, kShownBytesMax),
                    "register the studio there, and give `oauth.client_id` to mcp.set_server"};
  }
  CO_TRY(const json::object made, parse_json_object(answer.body));
  ClientId client;
  CO_TRY(client.id, need_string(made, "client_id"));
  client.secret = find_string(made, "client_secret").value_or("");
  const std::string method = find_string(made, "token_endpoint_auth_method").value_or("");
  if (method == "none") client.secret.clear();
  if (!client.secret.empty()) client.method = method_for(issuer, method);
  co_return client;
}

/// What to ask to be allowed: what the server wanted when it refused, else all that it knows of.
std::string scope_of(const Wanted& wanted, const Asked& asked, const json::object* resource,
                     const Issuer& issuer) {
  std::string scope = wanted.scope.empty() ? asked.scope : wanted.scope;
  if (scope.empty() && resource != nullptr) {
    std::vector<std::string> all;
    const json::array* scopes = find_array(*resource, "scopes_supported");
    for (const json::value& each : scopes == nullptr ? json::array() : *scopes) {
      if (each.is_string()) all.emplace_back(each.get_string());
    }
    scope = joined(all);
  }
  for (std::size_t at = 0; at < wanted.known_scope.size();) {
    const std::size_t end = std::min(wanted.known_scope.find(' ', at), wanted.known_scope.size());
    const std::string word = wanted.known_scope.substr(at, end - at);
    if (!word.empty() && !has_word(scope, word)) scope += (scope.empty() ? "" : " ") + word;
    at = end + 1;
  }
  // With it there is a token to refresh by.
  const bool lasting = std::ranges::find(issuer.scopes, "offline_access") != issuer.scopes.end();
  if (lasting && !scope.empty() && !has_word(scope, "offline_access")) {
    scope += " offline_access";
  }
  return scope;
}

awaitable<Result<Tokens>> ask_for_tokens(Fetch& fetch, Form form, Tokens known, Time now,
                                         std::stop_token stop) {
  net_client::Headers headers{{"Content-Type", "application/x-www-form-urlencoded"},
                              {"Accept", "application/json"}};
  const ClientId& client = known.client;
  if (!client.secret.empty() && client.method == "client_secret_basic") {
    const std::string pair = percent_encoded(client.id) + ":" + percent_encoded(client.secret);
    headers.push_back({"Authorization", "Basic " + to_base64(pair)});
  } else {
    form.add("client_id", client.id).add("client_secret", client.secret);
  }
  Fetch::Request request{.method = "POST",
                         .url = known.token_endpoint,
                         .headers = std::move(headers),
                         .body = form.add("resource", known.resource).take()};
  CO_TRY(const Fetched answer, co_await fetch.fetch(std::move(request), std::move(stop)));
  auto said = parse_json_object(answer.body);
  if (answer.status != 200 || !said) {
    const std::string error = said ? find_string(*said, "error").value_or("") : "";
    const std::string why = said ? find_string(*said, "error_description").value_or("") : "";
    const Errc code = answer.status >= 500 ? Errc::kUnavailable : Errc::kDenied;
    co_return Error{code,
                    "no token was given: HTTP " + std::to_string(answer.status) + " " + error +
                        " " + why.substr(0, kShownBytesMax),
                    "sign in again: mcp.authorize"};
  }
  CO_TRY(known.access, need_string(*said, "access_token"));
  if (auto refresh = find_string(*said, "refresh_token")) known.refresh = *std::move(refresh);
  if (auto scope = find_string(*said, "scope")) known.scope = *std::move(scope);
  known.expires_at = 0;
  if (const auto seconds = find_int(*said, "expires_in"); seconds && *seconds > 0) {
    const auto today = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    known.expires_at = today.count() + std::min<std::int64_t>(*seconds, 10L * 365 * 86'400);
  }
  co_return known;
}

}  // namespace

awaitable<Result<Pending>> begin(Fetch& fetch, Wanted wanted, std::stop_token stop) {
  const Asked asked = read_challenge(wanted.challenge);
  CO_TRY(const std::optional<json::object> resource,
         co_await resource_of(fetch, wanted, asked, stop));
  Pending pending;
  pending.resource = wanted.server_url;
  if (resource) {
    CO_TRY(pending.resource, need_string(*resource, "resource"));
    if (!covers(pending.resource, wanted.server_url)) {
      co_return Error{
          Errc::kDenied, "the server's metadata is of another one: " + pending.resource, {}};
    }
    const json::array* servers = find_array(*resource, "authorization_servers");
    if (servers == nullptr || servers->empty() || !servers->front().is_string()) {
      co_return invalid("the server's metadata names no authorization server");
    }
    const std::string issuer(servers->front().get_string());
    CO_TRY(pending.issuer, co_await issuer_of(fetch, issuer, wanted.server_url, stop));
  } else {
    CO_TRY(pending.issuer, co_await own_issuer(fetch, wanted.server_url, stop));
  }
  const Issuer& issuer = pending.issuer;
  CO_TRY_VOID(check_endpoint(issuer.authorization_endpoint, wanted.server_url));
  CO_TRY_VOID(check_endpoint(issuer.token_endpoint, wanted.server_url));
  pending.client = {wanted.client_id, wanted.client_secret, method_for(issuer, {})};
  if (wanted.client_id.empty()) {
    if (!issuer.registration_endpoint.empty()) {
      CO_TRY_VOID(check_endpoint(issuer.registration_endpoint, wanted.server_url));
    }
    CO_TRY(pending.client, co_await register_client(fetch, issuer, wanted, stop));
  }
  pending.state = wanted.state;
  pending.redirect_uri = wanted.redirect_uri;
  pending.scope = scope_of(wanted, asked, resource ? &*resource : nullptr, issuer);
  pending.verifier = new_secret();
  Form query;
  query.add("response_type", "code")
      .add("client_id", pending.client.id)
      .add("redirect_uri", pending.redirect_uri)
      .add("state", pending.state)
      .add("code_challenge", challenge_of(pending.verifier))
      .add("code_challenge_method", "S256")
      .add("resource", pending.resource)
      .add("scope", pending.scope);
  const bool has_query = issuer.authorization_endpoint.contains('?');
  pending.url = issuer.authorization_endpoint + (has_query ? "&" : "?") + query.take();
  co_return pending;
}

awaitable<Result<Tokens>> finish(Fetch& fetch, Pending pending, Returned returned, Time now,
                                 std::stop_token stop) {
  if (pending.state.empty() || returned.state != pending.state) {
    co_return Error{Errc::kDenied, "this is no answer to a sign-in of ours", {}};
  }
  const Issuer& issuer = pending.issuer;
  // Another server must not pass its code off as this one's (RFC 9207).
  const bool lacks = issuer.names_itself && !returned.issuer;
  if (lacks || (returned.issuer && *returned.issuer != issuer.issuer)) {
    co_return Error{Errc::kDenied, "the answer is not of " + issuer.issuer, "sign in again"};
  }
  if (!returned.error.empty() || returned.code.empty()) {
    co_return Error{
        Errc::kDenied, "the sign-in was refused: " + returned.error.substr(0, kShownBytesMax), {}};
  }
  Tokens tokens{.access = {},
                .refresh = {},
                .scope = pending.scope,
                .token_endpoint = issuer.token_endpoint,
                .resource = pending.resource,
                .client = pending.client};
  Form form;
  form.add("grant_type", "authorization_code")
      .add("code", returned.code)
      .add("redirect_uri", pending.redirect_uri)
      .add("code_verifier", pending.verifier);
  co_return co_await ask_for_tokens(fetch, std::move(form), std::move(tokens), now,
                                    std::move(stop));
}

awaitable<Result<Tokens>> refresh(Fetch& fetch, Tokens tokens, Time now, std::stop_token stop) {
  if (tokens.refresh.empty()) {
    co_return Error{Errc::kDenied, "the token has expired", "sign in again: mcp.authorize"};
  }
  Form form;
  form.add("grant_type", "refresh_token").add("refresh_token", tokens.refresh);
  co_return co_await ask_for_tokens(fetch, std::move(form), std::move(tokens), now,
                                    std::move(stop));
}

}  // namespace coditect::mcp::oauth
