#pragma once

#include <string>

#include "api/http/routes.h"
#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "net/http.h"

namespace coditect::api {

/// The vendors' keys of a node, as people set them in the studio. A key goes in and never comes
/// out: what is told of it are its last four characters.
///
/// Threads: any.
/// Errors:  kNotFound for a vendor that there is none of, kInvalid for a key that cannot be one.
class ProviderKeys {
 public:
  virtual ~ProviderKeys() = default;
  /// {providers: [provider], simulated_by_option}; /openapi.json has the members.
  virtual awaitable<Result<json::value>> list() = 0;
  /// On stable storage and in use on return, by every task that begins from now on.
  virtual awaitable<Result<json::value>> set(std::string provider, std::string key,
                                             std::string user) = 0;
  /// Errc::kNotFound where none was set here.
  virtual awaitable<Result<json::value>> remove(std::string provider, std::string user) = 0;
  /// Asks the vendor for a word: {ok, at, model, …}. Errc::kConflict where nothing can be asked.
  virtual awaitable<Result<json::value>> test(std::string provider) = 0;
};

constexpr bool is_about_keys(Operation operation) {
  return operation >= Operation::kKeys && operation <= Operation::kKeyTest;
}

/// Whether agents are reached otherwise once it has succeeded.
constexpr bool changes_keys(Operation operation) {
  return operation == Operation::kKeySet || operation == Operation::kKeyRemove;
}

/// Answers a request of these routes. Whoever may use the node may set its keys; where there are
/// roles, this is the place that asks for the owner.
awaitable<net::Response> answer_about_keys(ProviderKeys& keys, Operation operation,
                                           const net::Request& request, std::string provider,
                                           std::string user);

}  // namespace coditect::api
