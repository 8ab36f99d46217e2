#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

// Who lets a client in: what servers say of themselves (RFC 9728, RFC 8414, OpenID Connect
// Discovery). All pure.
namespace coditect::mcp::oauth {

/// What WWW-Authenticate says (RFC 6750, RFC 9728); "" for what it does not.
struct Asked {
  std::string resource_metadata;
  std::string scope;
  std::string error;
};
Asked read_challenge(std::string_view authenticate);

/// What an authorization server is like.
struct Issuer {
  std::string issuer = {};
  std::string authorization_endpoint = {};
  std::string token_endpoint = {};
  std::string registration_endpoint = {};  ///< "" where nobody can register
  std::vector<std::string> scopes = {};
  std::vector<std::string> token_methods = {};  ///< client_secret_basic, …; empty: not said
  bool names_itself = false;                    ///< its answers say which server they are of
};

/// Where a protected resource's metadata may be, the likeliest first.
std::vector<std::string> resource_metadata_urls(const std::string& server_url);
/// Where an authorization server's metadata may be, the likeliest first.
std::vector<std::string> issuer_metadata_urls(const std::string& issuer);

/// Errc::kInvalid for metadata of another issuer, without its endpoints, or of one that does not
/// know S256, without which a code could be stolen.
Result<Issuer> read_issuer(const json::object& metadata, const std::string& issuer);
/// What a server of 2025-03-26 is like that says nothing: the endpoints have fixed places.
Result<Issuer> guessed_issuer(const std::string& server_url);

/// Whether `resource`, of a server's metadata, is the server at `url` or what that is a part of.
bool covers(const std::string& resource, const std::string& url);
/// Errc::kDenied for a place that tokens must not go to: only https, and http on this machine for
/// a server that is on this machine, too.
Result<void> check_endpoint(const std::string& endpoint, const std::string& server_url);

/// Scheme, host and port.
std::string origin_of(const std::string& url);
/// `text` as a part of a query.
std::string percent_encoded(std::string_view text);

}  // namespace coditect::mcp::oauth
