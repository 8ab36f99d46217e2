#include "providers/openai/errors.h"

#include "providers/decode.h"
#include "providers/wire/failure.h"

namespace coditect::providers::openai {

namespace {

using Kind = ProviderError::Kind;

struct CodeKind {
  std::string_view code;
  Kind kind;
};

/// By `code`, and by `type` where that says nothing.
constexpr CodeKind kCodes[] = {
    {"insufficient_quota", Kind::kQuota},
    {"credit_balance_exhausted", Kind::kQuota},
    {"billing_hard_limit_reached", Kind::kQuota},
    {"context_length_exceeded", Kind::kContextExceeded},
    {"content_filter", Kind::kContentFilter},
    {"content_policy_violation", Kind::kContentFilter},
    {"invalid_prompt", Kind::kContentFilter},
    {"rate_limit_exceeded", Kind::kRateLimited},
    {"slow_down", Kind::kRateLimited},
    {"server_is_overloaded", Kind::kOverloaded},
    {"invalid_api_key", Kind::kAuth},
    {"model_not_found", Kind::kInvalidRequest},
    {"server_error", Kind::kServer},
};

Kind kind_of(const json::object& error, int status) {
  const std::string code = text_of(error, "code");
  const std::string type = text_of(error, "type");
  for (const std::string* name : {&code, &type}) {
    for (const CodeKind& row : kCodes) {
      if (row.code == *name) return row.kind;
    }
  }
  if (status == 0 && type == "invalid_request_error") return Kind::kInvalidRequest;
  return kind_of_status(status);
}

ProviderError decode(const json::object& error, const HttpFailure& failure) {
  const std::string code = text_of(error, "code");
  return failed(failure, kind_of(error, failure.status),
                code.empty() ? text_of(error, "type") : code, text_of(error, "message"));
}

}  // namespace

ProviderError decode_error(const HttpFailure& failure) {
  return decode(error_object(failure.body), failure);
}

ProviderError decode_stream_error(const json::object& error) { return decode(error, {}); }

}  // namespace coditect::providers::openai
