#pragma once

#include <string>

#include "providers/model_request.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::gemini {

/// POST /v1beta/models/MODEL:streamGenerateContent?alt=sse. With a `continuation_token` the same
/// request asks for the next part of an answer that does not fit one response.
HttpPost build_request(const ModelRequest& request, const std::string& continuation_token);

}  // namespace coditect::providers::gemini
