#include "workspace/images/image_store.h"

#include <fmt/format.h>

#include "base/image_header.h"
#include "base/image_limits.h"

namespace coditect::workspace {

namespace {

Error too_much(std::string what) {
  return {Errc::kLimit, std::move(what), "scale it down, or save it as a JPEG"};
}

Result<ImageRef> look_at(const std::string& picture) {
  if (picture.size() > limits::kImageBytesMax) {
    return too_much(fmt::format("a picture has {} bytes, and {} at most are taken", picture.size(),
                                limits::kImageBytesMax));
  }
  TRY(ImageHeader header, read_image_header(picture));
  if (std::max(header.width, header.height) > limits::kImageSideMax) {
    return too_much(fmt::format("a picture has {} x {} pixels, and {} at most a side are taken",
                                header.width, header.height, limits::kImageSideMax));
  }
  return ImageRef{{},
                  std::move(header.media_type),
                  static_cast<std::int64_t>(picture.size()),
                  header.width,
                  header.height};
}

}  // namespace

awaitable<Result<std::vector<ImageRef>>> ImageStore::keep(std::vector<std::string> pictures) {
  if (pictures.size() > limits::kImagesMax) {
    co_return Error{Errc::kLimit,
                    fmt::format("a message has {} pictures at most", limits::kImagesMax),
                    "send the others with another message"};
  }
  std::vector<ImageRef> images;
  for (const std::string& picture : pictures) {
    CO_TRY(ImageRef image, look_at(picture));
    images.push_back(std::move(image));
  }
  auto put = [this, &pictures, &images]() -> Result<void> {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      TRY(images[i].hash, blobs_.put(pictures[i]));
    }
    return {};
  };
  if (!pictures.empty()) CO_TRY_VOID(co_await disk_.run(std::move(put)));
  co_return images;
}

awaitable<Result<std::string>> ImageStore::bytes(std::string hash) const {
  auto get = [this, &hash]() -> Result<std::string> {
    auto found = blobs_.get(hash, limits::kImageBytesMax);
    // A content that is no picture is none of this store's, and what it is nobody is told.
    const bool picture = found && read_image_header(*found);
    if (picture || (!found && found.error().code == Errc::kInternal)) return found;
    return not_found("there is no picture '" + hash + "'");
  };
  co_return co_await disk_.run(std::move(get));
}

}  // namespace coditect::workspace
