#pragma once

#include "providers/model_request.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::anthropic {

/// POST /v1/messages, streaming, with the cache breakpoints of breakpoints.h.
HttpPost build_request(const ModelRequest& request);

}  // namespace coditect::providers::anthropic
