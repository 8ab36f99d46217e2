#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "providers/provider_error.h"
#include "providers/wire/http_message.h"

/// What the error decoders of all vendors share.
namespace coditect::providers {

/// The `error` object of a JSON body; empty where there is none. Google answers a stream's failure
/// with an array that holds it.
json::object error_object(std::string_view body);

/// The kind that a status means where the body does not say more.
ProviderError::Kind kind_of_status(int status);

/// An error of `kind` with what `failure` says: status, request id, the vendor's wish to be tried
/// again and when. `message` is cut and made printable; an empty one is replaced by the body.
ProviderError failed(const HttpFailure& failure, ProviderError::Kind kind, std::string code,
                     std::string message);

/// The vendor's id of the request, from the response's headers; "" where there is none.
std::string request_id(const Headers& headers);

/// How long `retry-after-ms` or `retry-after` (seconds or an HTTP date) asks to wait; nothing
/// where there is no such header or it cannot be read.
std::optional<std::chrono::milliseconds> retry_after(const Headers& headers, Time now);

/// "Fri, 20 Nov 2026 12:00:00 GMT" (RFC 9110, 5.6.7); nothing for any other text.
std::optional<Time> parse_http_date(std::string_view text);

/// "34.4" as 34,400 ms; nothing for what is no plain, non-negative number.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text);

/// At most 1,000 bytes of `text`, cut between characters, with control characters as spaces.
std::string printable(std::string_view text);

}  // namespace coditect::providers
