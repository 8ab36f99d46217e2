#include "base/image_ref.h"

namespace coditect {

namespace {

Result<ImageRef> parse_image(const json::object& object) {
  ImageRef image;
  TRY(image.hash, need_string(object, "hash"));
  TRY(image.media_type, need_string(object, "media_type"));
  TRY(image.size, need_int(object, "size"));
  TRY(image.width, need_int(object, "width"));
  TRY(image.height, need_int(object, "height"));
  return image;
}

}  // namespace

std::int64_t bytes_of(std::span<const ImageRef> images) {
  std::int64_t bytes = 0;
  for (const ImageRef& image : images) bytes += image.size;
  return bytes;
}

json::array to_json(std::span<const ImageRef> images) {
  json::array all;
  for (const ImageRef& image : images) {
    all.push_back(json::object{{"hash", image.hash},
                               {"media_type", image.media_type},
                               {"size", image.size},
                               {"width", image.width},
                               {"height", image.height}});
  }
  return all;
}

Result<std::vector<ImageRef>> parse_images(const json::object& data) {
  std::vector<ImageRef> images;
  const json::array* all = find_array(data, "images");
  if (all == nullptr) return images;
  for (const json::value& value : *all) {
    if (!value.is_object()) return invalid("an image is no object");
    TRY(ImageRef image, parse_image(value.get_object()));
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace coditect
