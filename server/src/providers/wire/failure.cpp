#include "providers/wire/failure.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>

namespace coditect::providers {

namespace {

using std::chrono::milliseconds;
using Kind = ProviderError::Kind;

constexpr std::size_t kMessageBytesMax = 1000;
constexpr double kSecondsMax = 30.0 * 24 * 3600;  // longer waits are no waits

}  // namespace

json::object error_object(std::string_view body) {
  Result<json::value> parsed = parse_json(body);
  if (!parsed) return {};
  json::value value = *std::move(parsed);
  if (value.is_array() && !value.get_array().empty()) {
    json::value first = std::move(value.get_array().front());
    value = std::move(first);
  }
  if (!value.is_object()) return {};
  const json::object* error = find_object(value.get_object(), "error");
  return error == nullptr ? json::object{} : *error;
}

Kind kind_of_status(int status) {
  switch (status) {
    case 401:
    case 403: return Kind::kAuth;
    case 402: return Kind::kQuota;
    case 408:
    case 504: return Kind::kTimeout;
    case 429: return Kind::kRateLimited;
    case 503:
    case 529: return Kind::kOverloaded;
    default: return status >= 500 || status < 400 ? Kind::kServer : Kind::kInvalidRequest;
  }
}

ProviderError failed(const HttpFailure& failure, Kind kind, std::string code, std::string message) {
  ProviderError error = provider_error(kind, printable(message.empty() ? failure.body : message));
  error.http_status = failure.status;
  error.code = printable(code);
  error.request_id = request_id(failure.headers);
  error.retry_after = retry_after(failure.headers, failure.now);
  if (kind == Kind::kQuota) return error;  // whatever the vendor asks for: money does not come back
  if (failure.status == 409) error.retryable = true;
  const std::string_view should_retry = find_header(failure.headers, "x-should-retry");
  if (should_retry == "true") error.retryable = true;
  if (should_retry == "false") error.retryable = false;
  return error;
}

std::string request_id(const Headers& headers) {
  for (const std::string_view name : {"request-id", "x-request-id", "msh-request-id"}) {
    const std::string_view value = find_header(headers, name);
    if (!value.empty()) return printable(value);
  }
  return {};
}

std::optional<Time> parse_http_date(std::string_view text) {
  std::tm fields{};
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  stream >> std::get_time(&fields, "%a, %d %b %Y %H:%M:%S GMT");
  if (stream.fail()) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{fields.tm_year + 1900},
                                        std::chrono::month{unsigned(fields.tm_mon) + 1},
                                        std::chrono::day{unsigned(fields.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return Time{std::chrono::sys_days{day}} + std::chrono::hours{fields.tm_hour} +
         std::chrono::minutes{fields.tm_min} + std::chrono::seconds{fields.tm_sec};
}

std::optional<milliseconds> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(seconds >= 0) || seconds > kSecondsMax) return std::nullopt;
  return milliseconds{std::llround(seconds * 1000)};
}

std::optional<milliseconds> retry_after(const Headers& headers, Time now) {
  if (const auto wait = parse_seconds(find_header(headers, "retry-after-ms"))) {
    return *wait / 1000;
  }
  const std::string_view text = find_header(headers, "retry-after");
  if (text.empty()) return std::nullopt;
  if (const auto wait = parse_seconds(text)) return wait;
  const std::optional<Time> at = parse_http_date(text);
  if (!at) return std::nullopt;
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(*at - now));
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMessageBytesMax));
  if (text.size() > out.size()) {
    // A byte 10xxxxxx continues a character: cut before the character that it belongs to.
    while (!out.empty() && (static_cast<unsigned char>(text[out.size()]) & 0xC0u) == 0x80u) {
      out.pop_back();
    }
  }
  std::ranges::replace_if(out, [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; }, ' ');
  return out;
}

}  // namespace coditect::providers
