#pragma once

#include <string>
#include <string_view>

#include "storage/objects/http/exchange.h"
#include "storage/objects/object_store.h"

/// The JSON API of Google Cloud Storage as text, without a network.
namespace coditect::objects {

/// "/storage/v1/b/BUCKET/o/KEY", escaped.
std::string gcs_object_target(std::string_view bucket, std::string_view key);
/// "/upload/storage/v1/b/BUCKET/o?uploadType=TYPE&name=KEY" and the condition.
std::string gcs_upload_target(std::string_view bucket, std::string_view type, std::string_view key,
                              const Condition& condition);
std::string gcs_list_target(std::string_view bucket, std::string_view prefix, std::string_view next,
                            std::size_t limit);

/// The metadata that goes in front of a content: its name and the checksum that the store is to
/// compare it with.
std::string gcs_upload_metadata(std::string_view key, std::uint32_t crc32c);

struct MultipartBody {
  std::string content_type;
  std::string text;
};
/// multipart/related of the metadata and the content, with a boundary that is not in the content.
MultipartBody gcs_multipart_body(std::string_view metadata, std::string_view content);

/// An object's metadata, as uploads, head and list return it. kUnavailable for anything else: the
/// answer is not this API's, so nobody knows what happened.
Result<ObjectInfo> parse_gcs_object(std::string_view body);
Result<ListPage> parse_gcs_list(std::string_view body);
/// What the headers of a download say: generation and CRC32C.
ObjectInfo gcs_download_info(std::string_view key, const net_client::Headers& headers);

/// How much of a resumable upload is there, as `Range: bytes=0-41` of a 308 says: 42. Nothing
/// where the header makes no sense.
std::optional<std::uint64_t> parse_gcs_persisted(const net_client::Headers& headers);

/// The Error that a refusal means; `subject` is what the call was about.
Error gcs_error(const Answer& answer, std::string_view subject);

}  // namespace coditect::objects
