#pragma once

#include "providers/model_request.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::anthropic {

/// POST /v1/messages, streaming, with cache breakpoints after the tools, the system prompt and the
/// last two user messages: all four that one request may have.
HttpPost build_request(const ModelRequest& request);

}  // namespace coditect::providers::anthropic
