#include "storage/objects/store_url.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/utf8.h"
#include "net/client/base_url.h"
#include "net/target.h"
#include "storage/objects/object_key.h"

namespace coditect::objects {
namespace {

constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kS3BucketBytesMax = 63;
constexpr std::size_t kGcsBucketBytesMax = 222;
constexpr std::size_t kBucketBytesMin = 3;
constexpr std::size_t kRegionBytesMax = 64;

Error bad_url(std::string_view why) {
  return invalid("the object store's URL is wrong: " + std::string(why),
                 "Write it as file:///data/objects, gs://bucket/prefix or "
                 "s3://bucket/prefix?endpoint=https://host&region=auto.");
}

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(
      text, [&](char c) { return kLettersAndDigits.contains(c) || others.contains(c); });
}

Result<void> check_bucket(std::string_view bucket, std::string_view others, std::size_t bytes_max) {
  const bool good = bucket.size() >= kBucketBytesMin && bucket.size() <= bytes_max &&
                    consists_of(bucket, others) && kLettersAndDigits.contains(bucket.front()) &&
                    kLettersAndDigits.contains(bucket.back()) && !bucket.contains("..");
  if (good) return {};
  return bad_url("a bucket's name is " + std::to_string(kBucketBytesMin) + " to " +
                 std::to_string(bytes_max) + " lower-case letters, digits and \"" +
                 std::string(others) + "\" between them");
}

struct BucketAndPrefix {
  std::string bucket;
  std::string prefix;
};

/// "bucket", "bucket/", "bucket/some/folder" or "bucket/some/folder/".
Result<BucketAndPrefix> parse_place(std::string_view text) {
  const std::size_t slash = text.find('/');
  BucketAndPrefix place{std::string(text.substr(0, slash)), ""};
  if (slash == std::string_view::npos) return place;
  auto prefix = net::percent_decode(text.substr(slash + 1));
  if (!prefix) return bad_url("the prefix has a bad escape");
  place.prefix = *std::move(prefix);
  if (place.prefix.empty()) return place;
  if (place.prefix.ends_with('/')) place.prefix.pop_back();
  if (auto checked = check_key(place.prefix); !checked) return bad_url(checked.error().message);
  return place;
}

Result<FileUrl> parse_file(std::string_view text) {
  if (!text.starts_with('/')) return bad_url("a file URL has three slashes and an absolute folder");
  if (text.find_first_of("?#") != std::string_view::npos) {
    return bad_url("a file URL has no parameters; write %3F for ? and %23 for #");
  }
  auto decoded = net::percent_decode(text);
  if (!decoded) return bad_url("the folder has a bad escape");
  while (decoded->size() > 1 && decoded->ends_with('/')) decoded->pop_back();
  const std::filesystem::path folder(*decoded);
  if (!is_utf8(*decoded) || decoded->contains('\0')) return bad_url("the folder is no text");
  if (decoded->size() == 1 || decoded->starts_with("//") ||
      folder.string() != folder.lexically_normal().string()) {
    return bad_url("the folder is /, or has a //, . or .. in it");
  }
  return FileUrl{folder};
}

Result<GcsUrl> parse_gcs(std::string_view text) {
  if (text.find_first_of("?#") != std::string_view::npos) {
    return bad_url("a gs URL has no parameters");
  }
  TRY(BucketAndPrefix place, parse_place(text));
  TRY_VOID(check_bucket(place.bucket, "-._", kGcsBucketBytesMax));
  return GcsUrl{std::move(place.bucket), std::move(place.prefix)};
}

Result<void> set_parameter(S3Url& url, std::string_view name, std::string value) {
  if (name == "endpoint") {
    if (!net_client::parse_base_url(value)) return bad_url("the endpoint is no http or https URL");
    url.endpoint = std::move(value);
    return {};
  }
  if (name == "region") {
    if (value.empty() || value.size() > kRegionBytesMax || !consists_of(value, "-_")) {
      return bad_url("a region is lower-case letters, digits and hyphens");
    }
    url.region = std::move(value);
    return {};
  }
  if (name == "addressing" && (value == "path" || value == "host")) {
    url.addressing = value == "path" ? S3Url::Addressing::kPath : S3Url::Addressing::kHost;
    return {};
  }
  if (name == "checksums" && (value == "send" || value == "omit")) {
    url.checksums = value == "send" ? S3Url::Checksums::kSend : S3Url::Checksums::kOmit;
    return {};
  }
  return bad_url("it has an unknown parameter, or a parameter of an unknown value");
}

/// Sets what "name=value&name=value" says; the names that it said.
Result<std::set<std::string>> set_parameters(S3Url& url, std::string_view query) {
  std::set<std::string> names;
  for (bool more = true; more;) {
    const std::size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return bad_url("a parameter has no value");
    const std::string name(parameter.substr(0, equals));
    auto value = net::percent_decode(parameter.substr(equals + 1));
    if (!value) return bad_url("a parameter has a bad escape");
    if (!names.insert(name).second) return bad_url("a parameter is there twice");
    TRY_VOID(set_parameter(url, name, *std::move(value)));
    more = end != std::string_view::npos;
    if (more) query.remove_prefix(end + 1);
  }
  return names;
}

Result<S3Url> parse_s3(std::string_view text) {
  if (text.contains('#')) return bad_url("it has a fragment; write %23 for #");
  const std::size_t question = text.find('?');
  TRY(BucketAndPrefix place, parse_place(text.substr(0, question)));
  TRY_VOID(check_bucket(place.bucket, "-.", kS3BucketBytesMax));
  S3Url url;
  url.bucket = std::move(place.bucket);
  url.prefix = std::move(place.prefix);
  std::set<std::string> names;
  if (question != std::string_view::npos) {
    TRY(names, set_parameters(url, text.substr(question + 1)));
  }
  // A name with dots does not fit the certificate of Amazon's hosts.
  if (!names.contains("addressing") && url.endpoint.empty() && !url.bucket.contains('.')) {
    url.addressing = S3Url::Addressing::kHost;
  }
  return url;
}

/// Everything but RFC 3986's unreserved characters and "/" as %XX.
std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (consists_of({&c, 1}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~/")) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[byte >> 4];
      encoded += "0123456789ABCDEF"[byte & 0xf];
    }
  }
  return encoded;
}

std::string place_text(const std::string& bucket, const std::string& prefix) {
  return prefix.empty() ? bucket : bucket + "/" + percent_encode(prefix);
}

struct ToText {
  std::string operator()(const FileUrl& url) const {
    return "file://" + percent_encode(url.folder.string());
  }
  std::string operator()(const GcsUrl& url) const {
    return "gs://" + place_text(url.bucket, url.prefix);
  }
  std::string operator()(const S3Url& url) const {
    std::string text = "s3://" + place_text(url.bucket, url.prefix) + "?region=" + url.region;
    if (!url.endpoint.empty()) text += "&endpoint=" + percent_encode(url.endpoint);
    text += url.addressing == S3Url::Addressing::kPath ? "&addressing=path" : "&addressing=host";
    if (url.checksums == S3Url::Checksums::kOmit) text += "&checksums=omit";
    return text;
  }
};

template <class Url>
Result<StoreUrl> as_store_url(Result<Url> url) {
  if (!url) return std::move(url).error();
  return StoreUrl(*std::move(url));
}

}  // namespace

Result<StoreUrl> parse_store_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad_url("it has no scheme");
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 3);
  if (scheme == "file") return as_store_url(parse_file(rest));
  if (scheme == "gs") return as_store_url(parse_gcs(rest));
  if (scheme == "s3") return as_store_url(parse_s3(rest));
  return bad_url("its scheme is none of file, gs and s3");
}

std::string to_text(const StoreUrl& url) { return std::visit(ToText(), url); }

}  // namespace coditect::objects
