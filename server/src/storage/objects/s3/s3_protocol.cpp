#include "storage/objects/s3/s3_protocol.h"

#include <algorithm>

#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/http/encoding.h"

namespace coditect::objects {

namespace {

using net_client::HttpRequest;
using net_client::Repeat;

constexpr std::uint64_t kPartsMax = 10'000;  // S3's limit for one upload

/// A put that is repeated may meet its own first attempt and take it for somebody else's.
Repeat repeat_of(const Condition& condition) {
  return std::holds_alternative<Always>(condition) ? Repeat::kSafe : Repeat::kNever;
}

std::size_t part_bytes(std::uint64_t total) {
  return std::max<std::size_t>(limits::kObjectPartBytes, total / kPartsMax + 1);
}

/// S3 says that an object is missing where an If-Match finds none; for a put that is a conflict.
Error put_error(Error error, const Condition& condition) {
  if (error.code == Errc::kNotFound && std::holds_alternative<IfGeneration>(condition)) {
    error.code = Errc::kConflict;
  }
  return error;
}

/// Up to `bytes` from a source that may give less at a time.
Result<std::string> read_part(ByteSource& source, std::size_t bytes) {
  std::string part;
  while (part.size() < bytes) {
    TRY(const std::string more, source.read(bytes - part.size()));
    if (more.empty()) break;
    part += more;
  }
  return part;
}

}  // namespace

S3Protocol::S3Protocol(const S3Options& options, net_client::BaseUrl base,
                       std::unique_ptr<net_client::HttpClient> client, const Clock& clock)
    : credentials_(options.credentials),
      scope_{options.region},
      checksums_(options.checksums),
      bucket_(options.bucket),
      bucket_path_(options.addressing == S3Addressing::kPath ? "/" + percent_encode(options.bucket)
                                                             : std::string()),
      base_(std::move(base)),
      client_(std::move(client)),
      clock_(clock) {}

HttpRequest S3Protocol::sign(Request request) const {
  const Time now = clock_.now();
  const std::string path = bucket_path_ + "/" + percent_encode_path(request.key);
  const std::string query = canonical_query(request.query);
  HttpRequest http{.method = std::move(request.method),
                   .target = query.empty() ? path : path + "?" + query,
                   .headers = std::move(request.headers),
                   .body = std::move(request.body),
                   .repeat = request.repeat};
  const std::string hash = sha256_hex(http.body);
  http.headers.push_back({"x-amz-content-sha256", hash});
  http.headers.push_back({"x-amz-date", signing_time(now)});
  if (!credentials_.session_token.empty()) {
    http.headers.push_back({"x-amz-security-token", credentials_.session_token});
  }
  SignedParts parts{http.method, base_.prefix + path, std::move(request.query), http.headers, hash};
  parts.headers.push_back({"host", base_.host_header()});
  http.headers.push_back({"Authorization", authorization(parts, credentials_, scope_, now)});
  return http;
}

awaitable<Result<Answer>> S3Protocol::ask(Request request) {
  return exchange(*client_, sign(std::move(request)));
}

awaitable<Result<ObjectInfo>> S3Protocol::put(std::string key, std::string content,
                                              Condition condition) {
  const std::string crc = crc32c_text(crc32c(content));
  const std::uint64_t bytes = content.size();
  Request request{.method = "PUT",
                  .key = key,
                  .headers = s3_condition(condition),
                  .body = std::move(content),
                  .repeat = repeat_of(condition)};
  request.headers.push_back({"Content-Type", "application/octet-stream"});
  request.headers.push_back({"x-amz-meta-crc32c", crc});
  if (checksums_ == S3Checksums::kSend) request.headers.push_back({"x-amz-checksum-crc32c", crc});
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return put_error(s3_error(answer, key), condition);
  ObjectInfo info = s3_info(key, answer.headers);
  if (info.generation.empty()) co_return unavailable("the store does not say what it kept");
  if (info.crc32c.value_or(*parse_crc32c(crc)) != *parse_crc32c(crc)) co_return damaged_object(key);
  info.bytes = bytes;
  info.crc32c = parse_crc32c(crc);
  co_return info;
}

awaitable<Result<ObjectInfo>> S3Protocol::put_large(std::string key, ByteSource& source,
                                                    Condition condition) {
  // The checksum is metadata, which is told at the beginning, so all is read twice.
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
  CO_TRY(const Upload upload, co_await begin_upload(std::move(key), crc));
  auto parts = co_await upload_parts(upload, source);
  if (!parts) {
    co_await abort(upload);
    co_return std::move(parts).error();
  }
  auto done = co_await complete(upload, *std::move(parts), std::move(condition), bytes, crc);
  if (!done) co_await abort(upload);
  co_return done;
}

awaitable<Result<S3Protocol::Upload>> S3Protocol::begin_upload(std::string key, std::uint32_t crc) {
  Request request{.method = "POST",
                  .key = key,
                  .query = {{"uploads", ""}},
                  .headers = {{"Content-Type", "application/octet-stream"},
                              {"x-amz-meta-crc32c", crc32c_text(crc)}}};
  if (checksums_ == S3Checksums::kSend) {
    request.headers.push_back({"x-amz-checksum-algorithm", "CRC32C"});
    request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  }
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return s3_error(answer, key);
  CO_TRY(std::string id, parse_s3_upload_id(answer.body));
  co_return Upload{std::move(key), std::move(id)};
}

awaitable<Result<std::vector<S3Part>>> S3Protocol::upload_parts(Upload upload, ByteSource& source) {
  std::vector<S3Part> parts;
  std::uint64_t sent = 0;
  for (;;) {
    CO_TRY(std::string content, read_part(source, part_bytes(source.bytes())));
    if (content.empty()) break;
    sent += content.size();
    if (sent > source.bytes()) break;
    CO_TRY(S3Part part, co_await upload_part(upload, parts.size() + 1, std::move(content)));
    parts.push_back(std::move(part));
  }
  if (sent != source.bytes()) co_return wrong_length(source, sent);
  co_return parts;
}

awaitable<Result<S3Part>> S3Protocol::upload_part(Upload upload, std::size_t number,
                                                  std::string content) {
  S3Part part{.etag = {}, .crc32c = crc32c(content)};
  Request request{.method = "PUT",
                  .key = upload.key,
                  .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload.id}},
                  .body = std::move(content)};
  if (checksums_ == S3Checksums::kSend) {
    request.headers.push_back({"x-amz-checksum-crc32c", crc32c_text(part.crc32c)});
  }
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return s3_error(answer, upload.key);
  part.etag = unquoted_etag(answer.header("ETag"));
  if (part.etag.empty()) co_return unavailable("the store does not say what it kept");
  co_return part;
}

awaitable<Result<ObjectInfo>> S3Protocol::complete(Upload upload, std::vector<S3Part> parts,
                                                   Condition condition, std::uint64_t bytes,
                                                   std::uint32_t crc) {
  const bool checked = checksums_ == S3Checksums::kSend;
  Request request{.method = "POST",
                  .key = upload.key,
                  .query = {{"uploadId", upload.id}},
                  .headers = s3_condition(condition),
                  .body = s3_complete_body(
                      parts, checked ? S3PartChecksums::kNamed : S3PartChecksums::kLeftOut),
                  .repeat = Repeat::kNever};
  request.headers.push_back({"Content-Type", "application/xml"});
  if (checked) {
    request.headers.push_back({"x-amz-checksum-crc32c", crc32c_text(crc)});
    request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
    request.headers.push_back({"x-amz-mp-object-size", std::to_string(bytes)});
  }
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  auto etag = parse_s3_completed(answer, upload.key);
  if (!etag) co_return put_error(std::move(etag).error(), condition);
  co_return ObjectInfo{upload.key, bytes, *std::move(etag), crc};
}

awaitable<void> S3Protocol::abort(Upload upload) {
  Request request{.method = "DELETE", .key = upload.key, .query = {{"uploadId", upload.id}}};
  // Parts that stay behind cost a little until the bucket's lifecycle rule takes them; the error
  // that led here is the one to report.
  const auto aborted = co_await ask(std::move(request));
  static_cast<void>(aborted);
}

awaitable<Result<Protocol::Download>> S3Protocol::download(std::string key, Range range) {
  Request request{.key = key};
  if (checksums_ == S3Checksums::kSend) {
    request.headers.push_back({"x-amz-checksum-mode", "ENABLED"});
  }
  if (std::string text = range_header(range); !text.empty()) {
    request.headers.push_back({"Range", std::move(text)});
  }
  auto response = co_await client_->send(sign(std::move(request)), {});
  if (!response) co_return to_error(std::move(response).error());
  const net_client::HttpHead head = (*response)->head();
  if (head.status == 200 || head.status == 206 || head.status == 416) {
    co_return Download{*std::move(response), s3_info(key, head.headers)};
  }
  auto body = co_await net_client::read_all(**response, kAnswerBytesMax);
  if (!body) co_return to_error(std::move(body).error());
  const Answer refusal{head.status, head.headers, *std::move(body)};
  co_return s3_error(refusal, key);
}

awaitable<Result<ObjectInfo>> S3Protocol::head(std::string key) {
  Request request{.method = "HEAD", .key = key};
  if (checksums_ == S3Checksums::kSend) {
    request.headers.push_back({"x-amz-checksum-mode", "ENABLED"});
  }
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return s3_error(answer, key);
  ObjectInfo info = s3_info(key, answer.headers);
  if (info.generation.empty()) co_return unavailable("the store does not say what it kept");
  co_return info;
}

awaitable<Result<ListPage>> S3Protocol::list(std::string prefix, std::string next,
                                             std::size_t limit) {
  Request request{.query = {{"list-type", "2"}, {"max-keys", std::to_string(limit)}}};
  if (!prefix.empty()) request.query.emplace_back("prefix", std::move(prefix));
  if (!next.empty()) request.query.emplace_back("continuation-token", std::move(next));
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok()) co_return s3_error(answer, "the list of " + bucket_);
  co_return parse_s3_list(answer.body);
}

awaitable<Result<void>> S3Protocol::remove(std::string key) {
  Request request{.method = "DELETE", .key = key};
  CO_TRY(const Answer answer, co_await ask(std::move(request)));
  if (!answer.ok() && answer.status != 404) co_return s3_error(answer, key);
  co_return Result<void>();
}

}  // namespace coditect::objects
