#include "storage/objects/s3/s3_messages.h"

#include <algorithm>
#include <initializer_list>

#include "storage/objects/condition.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/s3/xml.h"

namespace coditect::objects {

namespace {

Error not_s3() { return unavailable("the answer is not that of a store that speaks S3"); }

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

struct Refusal {
  std::string code;
  std::string message;
};

Refusal refusal_of(const Answer& answer) {
  Refusal refusal;
  if (const auto error = parse_xml(answer.body); error && error->name == "Error") {
    refusal.code = error->text_of("Code");
    refusal.message = std::string(error->text_of("Message")).substr(0, 500);
  }
  if (refusal.message.empty()) refusal.message = "HTTP " + std::to_string(answer.status);
  if (!refusal.code.empty()) refusal.message = refusal.code + ": " + refusal.message;
  return refusal;
}

Error denied(const std::string& message, std::string_view code) {
  if (code == "RequestTimeTooSkewed") {
    return {Errc::kDenied, message, "this machine's clock is wrong: set it, by NTP for example"};
  }
  return {Errc::kDenied, message,
          "check the access key, its secret, the region and what the key may do with the bucket"};
}

}  // namespace

net_client::Headers s3_condition(const Condition& condition) {
  if (std::holds_alternative<IfAbsent>(condition)) return {{"If-None-Match", "*"}};
  if (const auto* standing = std::get_if<IfGeneration>(&condition)) {
    return {{"If-Match", "\"" + standing->generation + "\""}};
  }
  return {};
}

std::string unquoted_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag.remove_prefix(1);
    etag.remove_suffix(1);
  }
  return std::string(etag);
}

ObjectInfo s3_info(std::string_view key, const net_client::Headers& headers) {
  ObjectInfo info;
  info.key = key;
  info.generation = unquoted_etag(net_client::find_header(headers, "ETag"));
  info.bytes = parse_number(net_client::find_header(headers, "Content-Length")).value_or(0);
  // Ours first: a checksum of checksums, which some stores give for large objects, is none here.
  info.crc32c = parse_crc32c(net_client::find_header(headers, "x-amz-meta-crc32c"));
  if (!info.crc32c) {
    info.crc32c = parse_crc32c(net_client::find_header(headers, "x-amz-checksum-crc32c"));
  }
  return info;
}

Result<ListPage> parse_s3_list(std::string_view body) {
  const auto list = parse_xml(body);
  if (!list || list->name != "ListBucketResult") return not_s3();
  ListPage page;
  for (const XmlElement& child : list->children) {
    if (child.name != "Contents") continue;
    ObjectInfo info;
    info.key = child.text_of("Key");
    info.generation = unquoted_etag(child.text_of("ETag"));
    const auto bytes = parse_number(child.text_of("Size"));
    if (info.key.empty() || info.generation.empty() || !bytes) return not_s3();
    info.bytes = *bytes;
    page.objects.push_back(std::move(info));
  }
  if (list->text_of("IsTruncated") == "true") {
    page.next = list->text_of("NextContinuationToken");
    if (page.next.empty()) return not_s3();
  }
  return page;
}

Result<std::string> parse_s3_upload_id(std::string_view body) {
  const auto begun = parse_xml(body);
  if (!begun || begun->name != "InitiateMultipartUploadResult") return not_s3();
  const std::string_view id = begun->text_of("UploadId");
  if (id.empty()) return not_s3();
  return std::string(id);
}

std::string s3_complete_body(const std::vector<S3Part>& parts, S3PartChecksums checksums) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
            escape_xml("\"" + parts[i].etag + "\"") + "</ETag>";
    if (checksums == S3PartChecksums::kNamed) {
      body += "<ChecksumCRC32C>" + crc32c_text(parts[i].crc32c) + "</ChecksumCRC32C>";
    }
    body += "</Part>";
  }
  return body + "</CompleteMultipartUpload>";
}

Result<std::string> parse_s3_completed(const Answer& answer, std::string_view key) {
  if (!answer.ok()) return s3_error(answer, key);
  const auto done = parse_xml(answer.body);
  if (done && done->name == "Error") {
    // The status came before the failure; what fails that late is not known to have been undone.
    return unavailable(std::string(key) + ": " + refusal_of(answer).message);
  }
  if (!done || done->name != "CompleteMultipartUploadResult") return not_s3();
  std::string etag = unquoted_etag(done->text_of("ETag"));
  if (etag.empty()) return not_s3();
  return etag;
}

Error s3_error(const Answer& answer, std::string_view subject) {
  const Refusal refusal = refusal_of(answer);
  const std::string message = std::string(subject) + ": " + refusal.message;
  switch (answer.status) {
    case 301:
    case 307:
      return invalid(message, "the bucket lives in another region: set the region or endpoint");
    case 401:
    case 403: return denied(message, refusal.code);
    case 404:
      if (refusal.code == "NoSuchBucket") return not_found(message, "create the bucket");
      if (refusal.code == "NoSuchUpload") return unavailable(message);
      return no_such_object(subject);
    case 408:
    case 409:
    case 429: return unavailable(message);
    case 412: return {Errc::kConflict, message, ""};
    case 413: return {Errc::kLimit, message, ""};
    case 501: return invalid(message, "this store lacks a part of S3 that is needed here");
    default: break;
  }
  if (answer.status >= 500 || answer.status < 300) return unavailable(message);
  if (is_one_of(refusal.code, {"ExpiredToken", "InvalidToken", "TokenRefreshRequired"})) {
    return denied(message, refusal.code);
  }
  if (is_one_of(refusal.code, {"RequestTimeout", "IncompleteBody", "SlowDown"})) {
    return unavailable(message);
  }
  return internal(message);
}

}  // namespace coditect::objects
