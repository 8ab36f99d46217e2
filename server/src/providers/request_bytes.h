#pragma once

#include <cstdint>

#include "providers/model_request.h"

namespace coditect::providers {

/// At least as many bytes as the body of this request has without its pictures, whichever vendor it
/// is written for. A token stands for one byte or more in every vendor's vocabulary, so it also
/// bounds the tokens of what is sent; what a vendor adds by itself is not in it. Vendors count
/// pictures by their sides, not by their bytes: each is in it with the most tokens that it can
/// have.
std::int64_t request_bytes(const ModelRequest& request);

}  // namespace coditect::providers
