#include "storage/objects/gcs/gcs_messages.h"

#include "base/json.h"
#include "base/sha256.h"
#include "storage/objects/condition.h"
#include "storage/objects/http/encoding.h"

namespace coditect::objects {

namespace {

Error not_gcs() { return unavailable("the answer is not that of Google Cloud Storage's JSON API"); }

Result<ObjectInfo> parse_object(const json::object& object) {
  ObjectInfo info;
  const auto name = find_string(object, "name");
  const auto size = find_string(object, "size");
  const auto generation = find_string(object, "generation");
  const auto crc = find_string(object, "crc32c");
  if (!name || !size || !generation) return not_gcs();
  const auto bytes = parse_number(*size);
  if (!bytes || generation->empty()) return not_gcs();
  info.key = *name;
  info.bytes = *bytes;
  info.generation = *generation;
  if (crc) {
    info.crc32c = parse_crc32c(*crc);
    if (!info.crc32c) return not_gcs();
  }
  return info;
}

/// The first `reason` of an error's body: "rateLimitExceeded".
std::string reason_of(const json::object& error) {
  const json::array* errors = find_array(error, "errors");
  if (errors == nullptr || errors->empty() || !errors->front().is_object()) return {};
  return find_string(errors->front().get_object(), "reason").value_or("");
}

struct Refusal {
  std::string message;
  std::string reason;
};

Refusal refusal_of(const Answer& answer) {
  Refusal refusal;
  if (const auto body = parse_json_object(answer.body)) {
    if (const json::object* error = find_object(*body, "error")) {
      refusal.message = find_string(*error, "message").value_or("").substr(0, 500);
      refusal.reason = reason_of(*error);
    }
  }
  if (refusal.message.empty()) refusal.message = "HTTP " + std::to_string(answer.status);
  return refusal;
}

bool is_about_load(std::string_view reason) {
  return reason == "rateLimitExceeded" || reason == "userRateLimitExceeded" ||
         reason == "quotaExceeded" || reason == "backendError";
}

}  // namespace

std::string gcs_object_target(std::string_view bucket, std::string_view key) {
  return "/storage/v1/b/" + percent_encode(bucket) + "/o/" + percent_encode(key);
}

std::string gcs_upload_target(std::string_view bucket, std::string_view type, std::string_view key,
                              const Condition& condition) {
  std::string target = "/upload/storage/v1/b/" + percent_encode(bucket) +
                       "/o?uploadType=" + std::string(type) + "&name=" + percent_encode(key);
  if (std::holds_alternative<IfAbsent>(condition)) target += "&ifGenerationMatch=0";
  if (const auto* standing = std::get_if<IfGeneration>(&condition)) {
    target += "&ifGenerationMatch=" + percent_encode(standing->generation);
  }
  return target;
}

std::string gcs_list_target(std::string_view bucket, std::string_view prefix, std::string_view next,
                            std::size_t limit) {
  std::string target = "/storage/v1/b/" + percent_encode(bucket) +
                       "/o?maxResults=" + std::to_string(limit) +
                       "&prefix=" + percent_encode(prefix) +
                       "&fields=nextPageToken,items(name,size,generation,crc32c)";
  if (!next.empty()) target += "&pageToken=" + percent_encode(next);
  return target;
}

std::string gcs_upload_metadata(std::string_view key, std::uint32_t crc32c) {
  return json::serialize(json::object{
      {"name", key}, {"contentType", "application/octet-stream"}, {"crc32c", crc32c_text(crc32c)}});
}

MultipartBody gcs_multipart_body(std::string_view metadata, std::string_view content) {
  // A boundary made of the content: whoever chose the content could not know it, and where it is
  // in there all the same, the next one is tried.
  std::string boundary = sha256_hex(content);
  while (content.contains(boundary)) boundary = sha256_hex(boundary);
  std::string text;
  text.reserve(content.size() + metadata.size() + 512);
  text += "--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n";
  text += metadata;
  text += "\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\n\r\n";
  text += content;
  text += "\r\n--" + boundary + "--\r\n";
  return {"multipart/related; boundary=" + boundary, std::move(text)};
}

Result<ObjectInfo> parse_gcs_object(std::string_view body) {
  const auto object = parse_json_object(body);
  if (!object) return not_gcs();
  return parse_object(*object);
}

Result<ListPage> parse_gcs_list(std::string_view body) {
  const auto list = parse_json_object(body);
  if (!list) return not_gcs();
  ListPage page;
  page.next = find_string(*list, "nextPageToken").value_or("");
  const json::array* items = find_array(*list, "items");
  if (items == nullptr) {
    if (list->contains("items")) return not_gcs();
    return page;
  }
  for (const json::value& item : *items) {
    if (!item.is_object()) return not_gcs();
    TRY(ObjectInfo info, parse_object(item.get_object()));
    page.objects.push_back(std::move(info));
  }
  return page;
}

ObjectInfo gcs_download_info(std::string_view key, const net_client::Headers& headers) {
  ObjectInfo info;
  info.key = key;
  info.generation = net_client::find_header(headers, "x-goog-generation");
  // One header with both, or one each: "crc32c=AAAAAA==,md5=...".
  for (const net_client::Header& header : headers) {
    if (net_client::find_header({header}, "x-goog-hash").empty()) continue;
    constexpr std::string_view kName = "crc32c=";
    const std::string_view value = header.value;
    const std::size_t at = value.find(kName);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = value.substr(at + kName.size());
    info.crc32c = parse_crc32c(rest.substr(0, rest.find(',')));
  }
  return info;
}

std::optional<std::uint64_t> parse_gcs_persisted(const net_client::Headers& headers) {
  const std::string_view range = net_client::find_header(headers, "Range");
  if (range.empty()) return 0;
  constexpr std::string_view kFirst = "bytes=0-";
  if (!range.starts_with(kFirst)) return std::nullopt;
  const auto last = parse_number(range.substr(kFirst.size()));
  if (!last || *last == UINT64_MAX) return std::nullopt;
  return *last + 1;
}

Error gcs_error(const Answer& answer, std::string_view subject) {
  const Refusal refusal = refusal_of(answer);
  const std::string message = std::string(subject) + ": " + refusal.message;
  switch (answer.status) {
    case 401:
      return {Errc::kDenied, message, "check the service account's key or the machine's identity"};
    case 403:
      if (is_about_load(refusal.reason)) return unavailable(message);
      return {Errc::kDenied, message,
              "grant the service account roles/storage.objectAdmin on the bucket"};
    case 400:
      // Other bytes came than were sent, or an upload that is over was asked about: nothing is
      // stored by this request, and the next one may do better.
      if (refusal.message.contains("CRC32C")) return unavailable(message);
      return internal(message);
    case 404: return no_such_object(subject);
    case 304:
    case 412: return {Errc::kConflict, message, ""};
    case 413: return {Errc::kLimit, message, ""};
    case 408:
    case 409:
    case 410:  // of an upload session
    case 429: return unavailable(message);
    default: break;
  }
  if (answer.status >= 500 || answer.status < 400) return unavailable(message);
  return internal(message);
}

}  // namespace coditect::objects
