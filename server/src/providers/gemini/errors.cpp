#include "providers/gemini/errors.h"

#include "providers/decode.h"
#include "providers/wire/failure.h"

namespace coditect::providers::gemini {

namespace {

using Kind = ProviderError::Kind;

struct StatusKind {
  std::string_view status;
  Kind kind;
};

constexpr StatusKind kStatuses[] = {
    {"INVALID_ARGUMENT", Kind::kInvalidRequest},
    {"FAILED_PRECONDITION", Kind::kInvalidRequest},
    {"OUT_OF_RANGE", Kind::kInvalidRequest},
    {"NOT_FOUND", Kind::kInvalidRequest},
    {"UNAUTHENTICATED", Kind::kAuth},
    {"PERMISSION_DENIED", Kind::kAuth},
    {"RESOURCE_EXHAUSTED", Kind::kRateLimited},
    {"INTERNAL", Kind::kServer},
    {"UNKNOWN", Kind::kServer},
    {"UNAVAILABLE", Kind::kOverloaded},
    {"DEADLINE_EXCEEDED", Kind::kTimeout},
};

/// What the details[] of an error say, by the end of their `@type`.
struct Details {
  std::string reason;
  std::string retry_delay;  // "34.4s"
  bool any = false;
  bool daily_quota = false;
};

Details read_details(const json::object& error) {
  Details details;
  const json::array* all = find_array(error, "details");
  if (all == nullptr) return details;
  for (const json::value& entry : *all) {
    const json::object* detail = entry.if_object();
    if (detail == nullptr) continue;
    details.any = true;
    const std::string type = text_of(*detail, "@type");
    if (type.ends_with("ErrorInfo")) details.reason = text_of(*detail, "reason");
    if (type.ends_with("RetryInfo")) details.retry_delay = text_of(*detail, "retryDelay");
    const json::array* violations = find_array(*detail, "violations");
    if (!type.ends_with("QuotaFailure") || violations == nullptr) continue;
    for (const json::value& violation : *violations) {
      const json::object* fields = violation.if_object();
      if (fields != nullptr && text_of(*fields, "quotaId").contains("PerDay")) {
        details.daily_quota = true;
      }
    }
  }
  return details;
}

Kind kind_of(const json::object& error, const Details& details, int status) {
  if (details.reason == "API_KEY_INVALID") return Kind::kAuth;
  if (details.daily_quota) return Kind::kQuota;
  const std::string message = text_of(error, "message");
  // Limits that come back come with details; without any it is the plan's own.
  if (!details.any && message.contains("exceeded your current quota")) return Kind::kQuota;
  if (message.contains("exceeds the maximum number of tokens")) return Kind::kContextExceeded;
  const std::string name = text_of(error, "status");
  for (const StatusKind& row : kStatuses) {
    if (row.status == name) return row.kind;
  }
  return kind_of_status(status);
}

ProviderError decode(const json::object& error, const HttpFailure& failure) {
  const Details details = read_details(error);
  const std::string code = details.reason.empty() ? text_of(error, "status") : details.reason;
  ProviderError decoded =
      failed(failure, kind_of(error, details, failure.status), code, text_of(error, "message"));
  if (!decoded.retry_after && details.retry_delay.ends_with('s')) {
    decoded.retry_after = parse_seconds(
        std::string_view(details.retry_delay).substr(0, details.retry_delay.size() - 1));
  }
  return decoded;
}

}  // namespace

ProviderError decode_error(const HttpFailure& failure) {
  return decode(error_object(failure.body), failure);
}

ProviderError decode_stream_error(const json::object& error) {
  HttpFailure failure;
  failure.status = static_cast<int>(find_int(error, "code").value_or(0));
  return decode(error, failure);
}

}  // namespace coditect::providers::gemini
