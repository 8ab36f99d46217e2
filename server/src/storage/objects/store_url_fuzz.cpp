#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "storage/objects/object_key.h"
#include "storage/objects/store_url.h"

// Whatever is accepted is written again as a URL that means the same, and names no way upwards.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect::objects;
  const auto url = parse_store_url({reinterpret_cast<const char*>(data), size});
  if (!url) return 0;
  const auto again = parse_store_url(to_text(*url));
  coditect::check(again.ok() && *again == *url);
  if (const auto* file = std::get_if<FileUrl>(&*url)) {
    coditect::check(file->folder.is_absolute() && file->folder == file->folder.lexically_normal());
  } else if (const auto* gcs = std::get_if<GcsUrl>(&*url)) {
    coditect::check(gcs->prefix.empty() || check_key(gcs->prefix).ok());
  } else {
    const auto& s3 = std::get<S3Url>(*url);
    coditect::check(s3.prefix.empty() || check_key(s3.prefix).ok());
    coditect::check(!s3.bucket.contains('/') && !s3.bucket.contains('@'));
  }
  return 0;
}
