#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "net/client/proxy.h"
#include "storage/objects/http/exchange.h"
#include "storage/objects/object_store.h"
#include "storage/objects/s3/signature.h"

namespace coditect::objects {

/// Where the bucket's name stands: in the path, as R2 and most others want it, or in the host's
/// name, as Amazon wants it.
enum class S3Addressing { kPath, kVirtualHost };

/// Whether x-amz-checksum headers are sent; some stores refuse them. Our own CRC32C is kept in the
/// object's metadata either way.
enum class S3Checksums { kSend, kOmit };

struct S3Options {
  std::string bucket;
  std::string prefix = {};  ///< "" or "some/folder"
  std::string region = "us-east-1";
  std::string endpoint = {};  ///< "" for Amazon's in the region
  S3Credentials credentials;
  S3Addressing addressing = S3Addressing::kPath;
  S3Checksums checksums = S3Checksums::kSend;
  net_client::ProxySettings proxy = {};
  net_client::HttpTimes times = kStoreTimes;
  std::string trusted_certificates = {};  ///< PEM beside the system's; "" for none
};

/// A bucket of any store that speaks S3's protocol. Conditions are If-None-Match and If-Match with
/// the ETag, which is the generation: for contents that went in one piece a hash of the content, so
/// whoever compares generations puts something into the content that never comes back. Large
/// contents are multipart uploads; nothing is tried again.
///
/// Errc::kInvalid for options that cannot be used; the error holds no key. No request is sent yet.
/// `clock` outlives the store.
Result<std::unique_ptr<ObjectStore>> make_s3_store(asio::any_io_executor executor,
                                                   const S3Options& options, const Clock& clock);

}  // namespace coditect::objects
