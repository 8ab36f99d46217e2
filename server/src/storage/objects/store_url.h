#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace coditect::objects {

/// file:///absolute/folder
struct FileUrl {
  std::filesystem::path folder;
  bool operator==(const FileUrl&) const = default;
};

/// gs://bucket[/prefix]
struct GcsUrl {
  std::string bucket;
  std::string prefix;  ///< "" or a key that every key lies below
  bool operator==(const GcsUrl&) const = default;
};

/// s3://bucket[/prefix][?endpoint=URL][&region=NAME][&addressing=path|host][&checksums=send|omit]
struct S3Url {
  enum class Addressing { kPath, kHost };
  enum class Checksums { kSend, kOmit };

  std::string bucket;
  std::string prefix;
  std::string endpoint;  ///< "": Amazon's, in the region
  std::string region = "us-east-1";
  Addressing addressing = Addressing::kPath;  ///< kHost where no endpoint is given
  Checksums checksums = Checksums::kSend;
  bool operator==(const S3Url&) const = default;
};

/// Where objects are kept, as an operator writes it. Holds no credentials.
using StoreUrl = std::variant<FileUrl, GcsUrl, S3Url>;

/// Errc::kInvalid, with examples as its hint, for anything else: another scheme, a user or
/// password, a bucket's name that no store allows, an unknown or repeated parameter, a relative
/// folder. The error does not repeat the text, which may hold a secret.
Result<StoreUrl> parse_store_url(std::string_view text);

/// The URL that parse_store_url() reads as `url`.
std::string to_text(const StoreUrl& url);

}  // namespace coditect::objects
