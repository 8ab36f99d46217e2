#pragma once

#include "base/json.h"
#include "providers/provider_error.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::openai {

/// A response whose status is not 200: {error: {message, type, param, code}}.
ProviderError decode_error(const HttpFailure& failure);
/// An error in the middle of a stream: the `error` object of an event or of a failed response, or
/// an `error` event that carries code and message itself.
ProviderError decode_stream_error(const json::object& error);

}  // namespace coditect::providers::openai
