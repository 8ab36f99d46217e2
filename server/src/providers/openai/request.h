#pragma once

#include "providers/model_request.h"
#include "providers/wire/http_message.h"

namespace coditect::providers::openai {

/// POST /responses (the base URL ends in /v1), streaming and stateless: nothing is stored at the
/// vendor, and what the model must remember travels in encrypted items. The API knows no stop
/// sequences; those of the request are left out.
HttpPost build_request(const ModelRequest& request);

}  // namespace coditect::providers::openai
