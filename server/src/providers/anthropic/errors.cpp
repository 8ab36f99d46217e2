#include "providers/anthropic/errors.h"

#include "providers/decode.h"
#include "providers/wire/failure.h"

namespace coditect::providers::anthropic {

namespace {

using Kind = ProviderError::Kind;

struct TypeKind {
  std::string_view type;
  Kind kind;
};

constexpr TypeKind kTypes[] = {
    {"invalid_request_error", Kind::kInvalidRequest},
    {"authentication_error", Kind::kAuth},
    {"billing_error", Kind::kQuota},
    {"permission_error", Kind::kAuth},
    {"not_found_error", Kind::kInvalidRequest},
    {"request_too_large", Kind::kContextExceeded},
    {"rate_limit_error", Kind::kRateLimited},
    {"api_error", Kind::kServer},
    {"timeout_error", Kind::kTimeout},
    {"overloaded_error", Kind::kOverloaded},
};

Kind kind_of(const json::object& error, int status) {
  const std::string type = text_of(error, "type");
  const std::string message = text_of(error, "message");
  if (const json::object* details = find_object(error, "details")) {
    const std::string code = text_of(*details, "error_code");
    if (code == "enforced_spend_limit_reached" || code == "contract_spend_limit_reached") {
      return Kind::kQuota;
    }
  }
  if (type == "invalid_request_error") {
    if (message.contains("prompt is too long")) return Kind::kContextExceeded;
    if (message.contains("credit balance is too low")) return Kind::kQuota;
  }
  for (const TypeKind& row : kTypes) {
    if (row.type == type) return row.kind;
  }
  return kind_of_status(status);
}

std::string code_of(const json::object& error) {
  const json::object* details = find_object(error, "details");
  const std::string code = details == nullptr ? "" : text_of(*details, "error_code");
  return code.empty() ? text_of(error, "type") : code;
}

}  // namespace

ProviderError decode_error(const HttpFailure& failure) {
  const json::object error = error_object(failure.body);
  return failed(failure, kind_of(error, failure.status), code_of(error), text_of(error, "message"));
}

ProviderError decode_stream_error(const json::object& event) {
  const json::object* error = find_object(event, "error");
  if (error == nullptr) return malformed("an error event without an error");
  ProviderError decoded =
      failed(HttpFailure{}, kind_of(*error, 0), code_of(*error), text_of(*error, "message"));
  decoded.request_id = text_of(event, "request_id");
  return decoded;
}

}  // namespace coditect::providers::anthropic
