#include "providers/decode.h"

#include <algorithm>

namespace coditect::providers {

using Kind = ProviderError::Kind;

ProviderError malformed(std::string message) {
  ProviderError error = provider_error(Kind::kMalformed, std::move(message));
  error.retryable = true;
  return error;
}

ProviderError cut_off() {
  return provider_error(Kind::kNetwork, "the stream ended before the answer did");
}

ProviderResult<json::object> parse_payload(std::string_view data) {
  Result<json::object> parsed = parse_json_object(data);
  if (!parsed) return malformed("an event of the stream is " + parsed.error().message);
  return *std::move(parsed);
}

std::optional<json::object> parse_input(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object{};
  Result<json::object> parsed = parse_json_object(text);
  if (!parsed) return std::nullopt;
  return *std::move(parsed);
}

std::int64_t tokens(const json::object& object, std::string_view key) {
  return std::max<std::int64_t>(0, find_int(object, key).value_or(0));
}

std::string text_of(const json::object& object, std::string_view key) {
  return find_string(object, key).value_or(std::string());
}

}  // namespace coditect::providers
