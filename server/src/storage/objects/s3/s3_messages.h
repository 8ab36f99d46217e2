#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/objects/http/exchange.h"
#include "storage/objects/object_store.h"

/// S3's protocol as text, without a network.
namespace coditect::objects {

/// The header that a condition is, if any.
net_client::Headers s3_condition(const Condition& condition);

/// What the headers of a put, head or download say: ETag, CRC32C, Content-Length.
ObjectInfo s3_info(std::string_view key, const net_client::Headers& headers);

Result<ListPage> parse_s3_list(std::string_view body);
/// The id of the upload that a CreateMultipartUpload began.
Result<std::string> parse_s3_upload_id(std::string_view body);

struct S3Part {
  std::string etag;
  std::uint32_t crc32c = 0;
};
/// The body of a CompleteMultipartUpload; `checksums` puts the parts' CRC32C in.
enum class S3PartChecksums { kNamed, kLeftOut };
std::string s3_complete_body(const std::vector<S3Part>& parts, S3PartChecksums checksums);
/// The ETag of a completed upload. A store may begin to answer with 200 and fail after that; the
/// body is what counts.
Result<std::string> parse_s3_completed(const Answer& answer, std::string_view key);

/// The Error that a refusal means; `subject` is what the call was about.
Error s3_error(const Answer& answer, std::string_view subject);

/// Without the quotes around it.
std::string unquoted_etag(std::string_view etag);

}  // namespace coditect::objects
