#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "net/http.h"
#include "providers/provider_kind.h"

namespace coditect::agents::door {

/// What a request of a program asks of its vendor's API. Pure, as all of this file.
struct ApiCall {
  std::string target;      ///< follows the base URL's path; without a key
  bool generates = false;  ///< a model answers, and that is billed
  std::string model = {};  ///< where the path names it
};

/// Nothing for what is no path of the vendor's API for models.
std::optional<ApiCall> api_call(providers::ProviderKind kind, const net::RequestHead& head);

/// Where the body says how many tokens the answer may have; nothing where it does not.
std::optional<std::int64_t> output_tokens(providers::ProviderKind kind, const json::object& body);
void set_output_tokens(providers::ProviderKind kind, json::object& body, std::int64_t tokens);

/// The variables by which the vendor's programs find an API at `url` ("http://127.0.0.1:PORT"), a
/// key that is none, and the model to ask for; "" leaves that to them.
std::vector<std::pair<std::string, std::string>> door_variables(providers::ProviderKind kind,
                                                                const std::string& url,
                                                                const std::string& model);

/// Whether a header of a request, or of an answer, goes on to the other side: not what is about
/// the connection, nor who asks.
bool passes(std::string_view header);

}  // namespace coditect::agents::door
