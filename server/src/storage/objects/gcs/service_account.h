#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/client/base_url.h"

namespace coditect::objects {

/// A Google service account's key file, as its console gives it.
struct ServiceAccount {
  std::string email;
  std::string key_id;
  std::string private_key_pem;
  net_client::BaseUrl token_url;  ///< its path is the prefix
};

/// Errc::kInvalid for what is no service account's key, and for a token endpoint that is neither
/// https nor on this machine. No error repeats any of the file.
Result<ServiceAccount> parse_service_account(std::string_view key_file);

/// The assertion that the token endpoint exchanges for an access token: a JSON web token (RFC 7523)
/// signed with RS256, for an hour from `now`.
Result<std::string> signed_assertion(const ServiceAccount& account, Time now);

}  // namespace coditect::objects
