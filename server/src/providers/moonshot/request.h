#pragma once

#include "providers/model_request.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::moonshot {

/// POST /chat/completions (the base URL ends in /v1), streaming. `kind` is kMoonshot, or
/// kOpenAiCompatible for a request without the fields that only Moonshot knows.
HttpPost build_request(const ModelRequest& request, ProviderKind kind);

}  // namespace coditect::providers::moonshot
