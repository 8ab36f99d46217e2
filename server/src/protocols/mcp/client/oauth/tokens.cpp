#include "protocols/mcp/client/oauth/tokens.h"

namespace coditect::mcp::oauth {

json::object Tokens::to_json() const {
  return {{"access", access},
          {"refresh", refresh},
          {"expires_at", expires_at},
          {"scope", scope},
          {"token_endpoint", token_endpoint},
          {"resource", resource},
          {"client_id", client.id},
          {"client_secret", client.secret},
          {"client_method", client.method}};
}

Result<Tokens> Tokens::from_json(const json::object& object) {
  Tokens tokens;
  TRY(tokens.access, need_string(object, "access"));
  TRY(tokens.refresh, need_string(object, "refresh"));
  TRY(tokens.expires_at, need_int(object, "expires_at"));
  TRY(tokens.scope, need_string(object, "scope"));
  TRY(tokens.token_endpoint, need_string(object, "token_endpoint"));
  TRY(tokens.resource, need_string(object, "resource"));
  TRY(tokens.client.id, need_string(object, "client_id"));
  TRY(tokens.client.secret, need_string(object, "client_secret"));
  TRY(tokens.client.method, need_string(object, "client_method"));
  return tokens;
}

}  // namespace coditect::mcp::oauth
