#include "api/http/provider_keys.h"

namespace coditect::api {

namespace {

/// The member `key` of the body, which has no other.
Result<std::string> key_of(const net::Request& request) {
  auto body = parse_json_object(request.body);
  // The parser's words may quote the body, and with it the key.
  if (!body) return invalid("the body is not a JSON object", "send {\"key\": \"…\"}");
  if (body->size() != 1 || !body->contains("key")) {
    return invalid("the body has other members than 'key'", "send {\"key\": \"…\"}");
  }
  return need_string(*body, "key");
}

awaitable<Result<json::value>> act(ProviderKeys& keys, Operation operation,
                                   const net::Request& request, std::string provider,
                                   std::string user) {
  switch (operation) {
    case Operation::kKeySet: {
      CO_TRY(std::string key, key_of(request));
      co_return co_await keys.set(std::move(provider), std::move(key), std::move(user));
    }
    case Operation::kKeyRemove:
      co_return co_await keys.remove(std::move(provider), std::move(user));
    case Operation::kKeyTest: co_return co_await keys.test(std::move(provider));
    default: co_return co_await keys.list();
  }
}

}  // namespace

awaitable<net::Response> answer_about_keys(ProviderKeys& keys, Operation operation,
                                           const net::Request& request, std::string provider,
                                           std::string user) {
  auto answer = co_await act(keys, operation, request, std::move(provider), std::move(user));
  if (!answer) co_return net::problem(answer.error());
  co_return net::json_response(200, *answer).with("Cache-Control", "no-store");
}

}  // namespace coditect::api
