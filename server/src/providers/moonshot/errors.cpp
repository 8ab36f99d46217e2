#include "providers/moonshot/errors.h"

#include <algorithm>

#include "providers/decode.h"
#include "providers/wire/failure.h"

namespace coditect::providers::moonshot {

namespace {

using Kind = ProviderError::Kind;

constexpr std::int64_t kStatusMax = 599;

struct NameKind {
  std::string_view name;
  Kind kind;
};

/// By `type` or `code`: Moonshot's names, then those of servers that copy OpenAI's.
constexpr NameKind kNames[] = {
    {"content_filter", Kind::kContentFilter},
    {"invalid_authentication_error", Kind::kAuth},
    {"incorrect_api_key_error", Kind::kAuth},
    {"permission_denied_error", Kind::kAuth},
    {"engine_overloaded_error", Kind::kOverloaded},
    {"rate_limit_reached_error", Kind::kRateLimited},
    {"exceeded_current_quota_error", Kind::kQuota},
    {"resource_not_found_error", Kind::kInvalidRequest},
    {"context_length_exceeded", Kind::kContextExceeded},
    {"insufficient_quota", Kind::kQuota},
    {"rate_limit_exceeded", Kind::kRateLimited},
    {"invalid_api_key", Kind::kAuth},
};

struct PhraseKind {
  std::string_view phrase;
  Kind kind;
};

/// Where the name says less than the message.
constexpr PhraseKind kPhrases[] = {
    {"exceeded model token limit", Kind::kContextExceeded},
    {"maximum context length", Kind::kContextExceeded},
    {"insufficient balance", Kind::kQuota},
    {"Insufficient Balance", Kind::kQuota},
    {"currently overloaded", Kind::kOverloaded},
};

/// The message of a limit that lasts until tomorrow: "… reached organization TPD rate limit".
constexpr std::string_view kDailyLimit = "TPD rate limit";

Kind kind_of(const json::object& error, int status) {
  if (text_of(error, "message").contains(kDailyLimit)) return Kind::kQuota;
  const std::string code = text_of(error, "code");
  const std::string type = text_of(error, "type");
  for (const std::string* name : {&code, &type}) {
    for (const NameKind& row : kNames) {
      if (row.name == *name) return row.kind;
    }
  }
  const std::string message = text_of(error, "message");
  for (const PhraseKind& row : kPhrases) {
    if (message.contains(row.phrase)) return row.kind;
  }
  if (status == 0 && type == "invalid_request_error") return Kind::kInvalidRequest;
  return kind_of_status(status);
}

/// "… please try again after 3 seconds", where no header says it.
std::optional<std::chrono::milliseconds> wish_in_words(std::string_view message) {
  constexpr std::string_view kBefore = "try again after ";
  const std::size_t at = message.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + kBefore.size());
  const std::size_t end = message.find(" second");
  return end == std::string_view::npos ? std::nullopt : parse_seconds(message.substr(0, end));
}

ProviderError decode(const json::object& error, const HttpFailure& failure) {
  const std::string type = text_of(error, "type");
  const std::string message = text_of(error, "message");
  ProviderError decoded = failed(failure, kind_of(error, failure.status),
                                 type.empty() ? text_of(error, "code") : type, message);
  if (!decoded.retry_after) decoded.retry_after = wish_in_words(message);
  return decoded;
}

}  // namespace

ProviderError decode_error(const HttpFailure& failure) {
  return decode(error_object(failure.body), failure);
}

ProviderError decode_stream_error(const json::object& error) {
  HttpFailure failure;  // some servers give the status as the code
  failure.status = static_cast<int>(
      std::clamp<std::int64_t>(find_int(error, "code").value_or(0), 0, kStatusMax));
  return decode(error, failure);
}

}  // namespace coditect::providers::moonshot
