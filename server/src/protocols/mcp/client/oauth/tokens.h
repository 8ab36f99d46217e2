#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace coditect::mcp::oauth {

/// Who a client is to an authorization server.
struct ClientId {
  std::string id;
  std::string secret;  ///< "" for none
  std::string method;  ///< how it shows the secret: client_secret_basic or client_secret_post
};

/// What lets a client in, and how to get the next one. A secret, all of it.
struct Tokens {
  std::string access = {};
  std::string refresh = {};     ///< "" for none
  std::int64_t expires_at = 0;  ///< seconds since 1970; 0: nobody said
  std::string scope = {};
  std::string token_endpoint = {};
  std::string resource = {};
  ClientId client = {};

  json::object to_json() const;
  static Result<Tokens> from_json(const json::object& object);
};

}  // namespace coditect::mcp::oauth
