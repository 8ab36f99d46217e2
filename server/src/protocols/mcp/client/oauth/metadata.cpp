#include "protocols/mcp/client/oauth/metadata.h"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace coditect::mcp::oauth {

namespace {

constexpr std::string_view kResourcePlace = "/.well-known/oauth-protected-resource";
constexpr std::string_view kServerPlace = "/.well-known/oauth-authorization-server";
constexpr std::string_view kOpenIdPlace = "/.well-known/openid-configuration";

/// The path of a URL, "" for the root's.
std::string path_of(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  std::string path = parsed ? std::string(parsed->encoded_path()) : std::string();
  while (path.ends_with('/')) path.pop_back();
  return path;
}

bool is_loopback(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return false;
  const std::string host = parsed->host_address();
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// The value of `name` in a list of name="value".
std::string parameter(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == ',';
    std::string_view rest = text.substr(at + name.size());
    if (!begins || !rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    if (!rest.starts_with('"')) return std::string(rest.substr(0, rest.find_first_of(", ")));
    std::string value;
    for (std::size_t i = 1; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
      value += rest[i];
    }
    return value;
  }
  return {};
}

std::vector<std::string> texts(const json::object& object, std::string_view name) {
  std::vector<std::string> all;
  const json::array* array = find_array(object, name);
  for (const json::value& each : array == nullptr ? json::array() : *array) {
    if (each.is_string()) all.emplace_back(each.get_string());
  }
  return all;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string origin_of(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return {};
  return std::string(parsed->scheme()) + "://" + std::string(parsed->encoded_authority());
}

Asked read_challenge(std::string_view authenticate) {
  return {parameter(authenticate, "resource_metadata"), parameter(authenticate, "scope"),
          parameter(authenticate, "error")};
}

std::vector<std::string> resource_metadata_urls(const std::string& server_url) {
  const std::string place = origin_of(server_url) + std::string(kResourcePlace);
  const std::string path = path_of(server_url);
  if (path.empty()) return {place};
  return {place + path, place};
}

std::vector<std::string> issuer_metadata_urls(const std::string& issuer) {
  const std::string origin = origin_of(issuer);
  const std::string path = path_of(issuer);
  const std::string server = origin + std::string(kServerPlace);
  const std::string open_id = origin + std::string(kOpenIdPlace);
  if (path.empty()) return {server, open_id};
  return {server + path, open_id + path, origin + path + std::string(kOpenIdPlace)};
}

Result<Issuer> read_issuer(const json::object& metadata, const std::string& issuer) {
  Issuer read;
  TRY(read.issuer, need_string(metadata, "issuer"));
  if (read.issuer != issuer) {
    return invalid("the authorization server calls itself " + read.issuer + ", and not " + issuer);
  }
  TRY(read.authorization_endpoint, need_string(metadata, "authorization_endpoint"));
  TRY(read.token_endpoint, need_string(metadata, "token_endpoint"));
  read.registration_endpoint = find_string(metadata, "registration_endpoint").value_or("");
  read.scopes = texts(metadata, "scopes_supported");
  read.token_methods = texts(metadata, "token_endpoint_auth_methods_supported");
  read.names_itself =
      find_bool(metadata, "authorization_response_iss_parameter_supported").value_or(false);
  const auto methods = texts(metadata, "code_challenge_methods_supported");
  if (std::ranges::find(methods, "S256") == methods.end()) {
    return invalid("the authorization server does not say that it knows PKCE with S256");
  }
  return read;
}

Result<Issuer> guessed_issuer(const std::string& server_url) {
  const std::string origin = origin_of(server_url);
  if (origin.empty()) return invalid("the server's URL is none");
  return Issuer{.issuer = origin,
                .authorization_endpoint = origin + "/authorize",
                .token_endpoint = origin + "/token",
                .registration_endpoint = origin + "/register",
                .scopes = {},
                .token_methods = {}};
}

bool covers(const std::string& resource, const std::string& url) {
  if (origin_of(resource).empty() || origin_of(resource) != origin_of(url)) return false;
  const std::string whole = path_of(resource), part = path_of(url);
  return part == whole || part.starts_with(whole + "/");
}

Result<void> check_endpoint(const std::string& endpoint, const std::string& server_url) {
  const auto parsed = boost::urls::parse_uri(endpoint);
  if (!parsed || parsed->has_userinfo() || parsed->has_fragment()) {
    return Error{Errc::kDenied, "the server names a place that is no URL to go to", {}};
  }
  if (parsed->scheme() == "https") return {};
  if (parsed->scheme() == "http" && is_loopback(endpoint) && is_loopback(server_url)) return {};
  return Error{
      Errc::kDenied, "the server sends us to " + origin_of(endpoint) + " without https", {}};
}

}  // namespace coditect::mcp::oauth
