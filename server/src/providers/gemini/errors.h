#pragma once

#include "base/json.h"
#include "providers/provider_error.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::gemini {

/// A response whose status is not 200: {error: {code, message, status, details[]}}.
ProviderError decode_error(const HttpFailure& failure);
/// The `error` of a chunk in the middle of a stream.
ProviderError decode_stream_error(const json::object& error);

}  // namespace coditect::providers::gemini
