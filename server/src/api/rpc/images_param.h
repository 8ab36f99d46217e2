#pragma once

#include <vector>

#include "api/rpc/method_table.h"
#include "base/image_ref.h"

namespace coditect::api {

/// How methods describe the parameter.
inline const Parameter kImagesParameter{"images", "array", kOptional,
                                        "up to 4 pictures, each {base64} of a PNG or a JPEG"};

/// Stores the pictures of a call among the workspace's blobs; none where it has no `images`.
/// Errors: as workspace::ImageStore::keep() refuses them, and as the log admits nothing.
///
/// Threads:  the workspace's strand.
/// Lifetime: `call` outlives it.
awaitable<Result<std::vector<ImageRef>>> keep_images(const MethodCall& call);

}  // namespace coditect::api
