#include "storage/objects/gcs/gcs_protocol.h"

#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/gcs/gcs_messages.h"
#include "storage/objects/http/encoding.h"

namespace coditect::objects {

namespace {

using net_client::HttpRequest;
using net_client::Repeat;

constexpr int kPartRequestsMax = 8;  // for one part: sending it, and asking how far it came

/// A put that is repeated may meet its own first attempt and take it for somebody else's.
Repeat repeat_of(const Condition& condition) {
  return std::holds_alternative<Always>(condition) ? Repeat::kSafe : Repeat::kNever;
}

bool is_ambiguous(int status) { return status == 408 || status == 429 || status >= 500; }

/// "bytes 0-41/100", "bytes 42-99/100" or, to ask, "bytes */100".
std::string content_range(std::uint64_t offset, std::uint64_t bytes, std::uint64_t total) {
  const std::string part =
      bytes == 0 ? "*" : std::to_string(offset) + "-" + std::to_string(offset + bytes - 1);
  return "bytes " + part + "/" + std::to_string(total);
}

}  // namespace

awaitable<Result<GcsProtocol::Response>> GcsProtocol::send(HttpRequest request) {
  if (!tokens_) {
    auto response = co_await client_->send(std::move(request), {});
    if (!response) co_return to_error(std::move(response).error());
    co_return *std::move(response);
  }
  for (int attempts = 1;; ++attempts) {
    CO_TRY(const std::string token, co_await tokens_->token());
    HttpRequest authorized = request;
    authorized.headers.push_back({"Authorization", "Bearer " + token});
    auto response = co_await client_->send(std::move(authorized), {});
    if (!response) co_return to_error(std::move(response).error());
    if ((*response)->head().status != 401 || attempts > 1) co_return *std::move(response);
    tokens_->forget(token);  // revoked early; the store has done nothing with the request
  }
}

awaitable<Result<Answer>> GcsProtocol::ask(HttpRequest request) {
  CO_TRY(const Response response, co_await send(std::move(request)));
  auto body = co_await net_client::read_all(*response, kAnswerBytesMax);
  if (!body) co_return to_error(std::move(body).error());
  co_return Answer{response->head().status, response->head().headers, *std::move(body)};
}

awaitable<Result<ObjectInfo>> GcsProtocol::put(std::string key, std::string content,
                                               Condition condition) {
  const std::uint32_t crc = crc32c(content);
  MultipartBody body = gcs_multipart_body(gcs_upload_metadata(key, crc), content);
  HttpRequest request{.method = "POST",
                      .target = gcs_upload_target(bucket_, "multipart", key, condition),
                      .headers = {{"Content-Type", std::move(body.content_type)}},
                      .body = std::move(body.text),
                      .repeat = repeat_of(condition)};
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return gcs_error(answer, key);
  co_return co_await verify(std::move(key), answer, content.size(), crc);
}

awaitable<Result<ObjectInfo>> GcsProtocol::put_large(std::string key, ByteSource& source,
                                                     Condition condition) {
  // The store compares with a checksum that it is told at the beginning, so all is read twice.
  CO_TRY_VOID(source.rewind());
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;
  for (;;) {
    CO_TRY(const std::string part, source.read(limits::kObjectPartBytes));
    if (part.empty()) break;
    crc = crc32c(part, crc);
    bytes += part.size();
  }
  if (bytes != source.bytes()) co_return wrong_length(source, bytes);
  CO_TRY_VOID(source.rewind());
  CO_TRY(const std::string session,
         co_await begin_upload(key, crc, source.bytes(), std::move(condition)));
  CO_TRY(const Answer answer, co_await upload(session, key, source));
  if (!answer.ok()) co_return gcs_error(answer, key);
  co_return co_await verify(std::move(key), answer, source.bytes(), crc);
}

awaitable<Result<std::string>> GcsProtocol::begin_upload(std::string key, std::uint32_t crc,
                                                         std::uint64_t bytes, Condition condition) {
  HttpRequest request{.method = "POST",
                      .target = gcs_upload_target(bucket_, "resumable", key, condition),
                      .headers = {{"Content-Type", "application/json; charset=UTF-8"},
                                  {"X-Upload-Content-Type", "application/octet-stream"},
                                  {"X-Upload-Content-Length", std::to_string(bytes)}},
                      .body = gcs_upload_metadata(key, crc),
                      .repeat = Repeat::kSafe};  // a session that nobody uses is no object
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return gcs_error(answer, key);
  // Only the path is taken: the token goes to the host that was configured and to no other.
  std::string_view location = answer.header("Location");
  const std::size_t host = location.find("://");
  const std::size_t path = host == std::string_view::npos ? 0 : location.find('/', host + 3);
  if (path == std::string_view::npos || !location.substr(path).starts_with('/')) {
    co_return unavailable("the store begins no upload of " + key);
  }
  co_return std::string(location.substr(path));
}

awaitable<Result<Answer>> GcsProtocol::upload(std::string session, std::string key,
                                              ByteSource& source) {
  const std::uint64_t total = source.bytes();
  for (std::uint64_t offset = 0;;) {
    std::string part;
    while (part.size() < limits::kObjectPartBytes) {  // every part but the last is a whole one
      CO_TRY(const std::string more, source.read(limits::kObjectPartBytes - part.size()));
      if (more.empty()) break;
      part += more;
    }
    const std::uint64_t end = offset + part.size();
    if (part.empty() || end > total) co_return wrong_length(source, end);
    CO_TRY(Answer answer, co_await upload_part(session, key, std::move(part), offset, total));
    if (answer.status != 308) co_return answer;
    if (end >= total) co_return unavailable("the store does not end the upload of " + key);
    offset = end;
  }
}

awaitable<Result<Answer>> GcsProtocol::upload_part(std::string session, std::string key,
                                                   std::string part, std::uint64_t offset,
                                                   std::uint64_t total) {
  const std::uint64_t end = offset + part.size();
  std::uint64_t there = offset;  // how much the store has
  bool asks = false;             // how far the last attempt came, instead of sending
  for (int requests = 0; requests < kPartRequestsMax; ++requests) {
    const std::uint64_t bytes = asks ? 0 : end - there;
    HttpRequest request{.method = "PUT",
                        .target = session,
                        .headers = {{"Content-Range", content_range(there, bytes, total)}},
                        .body = asks ? std::string() : part.substr(there - offset)};
    auto answer = co_await ask(std::move(request));
    if (!answer && answer.error().code != Errc::kUnavailable) co_return answer;
    if (!answer || is_ambiguous(answer->status)) {
      asks = true;
      continue;
    }
    if (answer->status != 308) co_return answer;
    const auto persisted = parse_gcs_persisted(answer->headers);
    if (!persisted || *persisted < offset || *persisted > end) break;
    if (*persisted == end) co_return answer;
    there = *persisted;
    asks = false;
  }
  co_return unavailable("the store does not take a part of " + key);
}

awaitable<Result<ObjectInfo>> GcsProtocol::verify(std::string key, const Answer& answer,
                                                  std::uint64_t bytes, std::uint32_t crc) {
  CO_TRY(ObjectInfo info, parse_gcs_object(answer.body));
  if (info.key == key && info.bytes == bytes && info.crc32c.value_or(crc) == crc) co_return info;
  // A content that is not what was sent must not be found by anybody.
  HttpRequest request{.method = "DELETE",
                      .target = gcs_object_target(bucket_, key) +
                                "?ifGenerationMatch=" + percent_encode(info.generation)};
  const auto removed = co_await ask(std::move(request));
  const bool gone = removed && (removed->ok() || removed->status == 404);
  co_return internal("the store has kept another content of " + key + " than was sent" +
                     (gone ? "; it is removed again" : ", and it cannot be removed"));
}

awaitable<Result<Protocol::Download>> GcsProtocol::download(std::string key, Range range) {
  HttpRequest request{.target = gcs_object_target(bucket_, key) + "?alt=media",
                      .repeat = Repeat::kSafe};
  if (std::string text = range_header(range); !text.empty()) {
    request.headers.push_back({"Range", std::move(text)});
  }
  CO_TRY(Response response, co_await send(std::move(request)));
  const int status = response->head().status;
  if (status == 200 || status == 206 || status == 416) {
    ObjectInfo info = gcs_download_info(key, response->head().headers);
    co_return Download{std::move(response), std::move(info)};
  }
  auto body = co_await net_client::read_all(*response, kAnswerBytesMax);
  if (!body) co_return to_error(std::move(body).error());
  const Answer refusal{status, response->head().headers, *std::move(body)};
  co_return gcs_error(refusal, key);
}

awaitable<Result<ObjectInfo>> GcsProtocol::head(std::string key) {
  HttpRequest request{.target = gcs_object_target(bucket_, key), .repeat = Repeat::kSafe};
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return gcs_error(answer, key);
  co_return parse_gcs_object(answer.body);
}

awaitable<Result<ListPage>> GcsProtocol::list(std::string prefix, std::string next,
                                              std::size_t limit) {
  HttpRequest request{.target = gcs_list_target(bucket_, prefix, next, limit),
                      .repeat = Repeat::kSafe};
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return gcs_error(answer, "the list of " + bucket_);
  co_return parse_gcs_list(answer.body);
}

awaitable<Result<void>> GcsProtocol::remove(std::string key) {
  HttpRequest request{
      .method = "DELETE", .target = gcs_object_target(bucket_, key), .repeat = Repeat::kSafe};
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok() && answer.status != 404) co_return gcs_error(answer, key);
  co_return Result<void>();
}

}  // namespace coditect::objects
