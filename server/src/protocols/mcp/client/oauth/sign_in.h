#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "protocols/mcp/client/oauth/fetch.h"
#include "protocols/mcp/client/oauth/metadata.h"
#include "protocols/mcp/client/oauth/tokens.h"

// OAuth 2.1 as MCP has it: a person allows this client to use a server in a browser. The steps; who
// keeps what between them is their caller's matter.
namespace coditect::mcp::oauth {

/// What a sign-in begins with.
struct Wanted {
  std::string server_url = {};
  std::string challenge = {};    ///< WWW-Authenticate of the server's refusal, "" for none
  std::string scope = {};        ///< "" for what the server asks for
  std::string known_scope = {};  ///< what was allowed before, and is asked for again
  std::string client_id = {};    ///< "" to register
  std::string client_secret = {};
  std::string client_name = {};
  std::string redirect_uri = {};
  std::string state = {};  ///< what the browser brings back; nobody else can guess it
};

/// A sign-in that waits for the browser to come back. A secret: it holds the verifier.
struct Pending {
  std::string url;  ///< that the person opens
  std::string state;
  std::string verifier;
  std::string redirect_uri;
  std::string scope;
  std::string resource;
  Issuer issuer;
  ClientId client;
};

/// What the browser brings back.
struct Returned {
  std::string state;
  std::string code;
  std::string error;
  std::optional<std::string> issuer;
};

/// Finds out who lets in, registers where that is needed, and makes the URL to open.
awaitable<Result<Pending>> begin(Fetch& fetch, Wanted wanted, std::stop_token stop);
/// Errc::kDenied for an answer that is not to this question.
awaitable<Result<Tokens>> finish(Fetch& fetch, Pending pending, Returned returned, Time now,
                                 std::stop_token stop);
/// The next tokens, without a person. Errc::kDenied where only a person can help.
awaitable<Result<Tokens>> refresh(Fetch& fetch, Tokens tokens, Time now, std::stop_token stop);

}  // namespace coditect::mcp::oauth
