#pragma once

#include "base/json.h"
#include "providers/provider_error.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::anthropic {

/// A response whose status is not 200.
ProviderError decode_error(const HttpFailure& failure);
/// An `error` event in the middle of a stream: {type:"error", error:{type, message}, request_id}.
ProviderError decode_stream_error(const json::object& event);

}  // namespace coditect::providers::anthropic
