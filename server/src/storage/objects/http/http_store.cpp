#include "storage/objects/http/http_store.h"

#include <limits>

#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/http/exchange.h"
#include "storage/objects/object_key.h"
#include "storage/objects/range.h"

namespace coditect::objects {

std::string range_header(const Range& range) {
  if (range.offset == 0 && !range.bytes) return "";
  std::string text = "bytes=" + std::to_string(range.offset) + "-";
  // A last byte behind any object's end need not be said.
  if (range.bytes && *range.bytes <= kObjectBytesMax) {
    text += std::to_string(range.offset + *range.bytes - 1);
  }
  return text;
}

HttpStore::HttpStore(const Strand& strand, std::unique_ptr<Protocol> protocol,
                     const std::string& folder, const std::string& bucket)
    : strand_(strand),
      prefix_(folder.empty() ? "" : folder + "/"),
      description_(folder.empty() ? bucket : bucket + "/" + folder),
      protocol_(std::move(protocol)) {}

awaitable<Result<ObjectInfo>> HttpStore::put(std::string key, std::string content,
                                             Condition condition) {
  CO_TRY_VOID(check_key(key));
  if (content.size() > limits::kObjectPartBytes) {
    StringSource source(content);
    co_return co_await put(std::move(key), source, std::move(condition));
  }
  co_return named(co_await run_on(
      strand_, protocol_->put(prefix_ + key, std::move(content), std::move(condition))));
}

awaitable<Result<ObjectInfo>> HttpStore::put(std::string key, ByteSource& source,
                                             Condition condition) {
  CO_TRY_VOID(check_key(key));
  co_return named(
      co_await run_on(strand_, put_source_on_strand(prefix_ + key, source, std::move(condition))));
}

awaitable<Result<ObjectInfo>> HttpStore::put_source_on_strand(std::string key, ByteSource& source,
                                                              Condition condition) {
  if (source.bytes() > limits::kObjectPartBytes) {
    co_return co_await protocol_->put_large(std::move(key), source, std::move(condition));
  }
  CO_TRY(std::string content, read_all(source));
  co_return co_await protocol_->put(std::move(key), std::move(content), std::move(condition));
}

awaitable<Result<ObjectStore::Object>> HttpStore::get(std::string key, Range range,
                                                      std::size_t bytes_max) {
  CO_TRY_VOID(check_key(key));
  std::string content;
  const ByteSink keep = [&content](std::string_view part) {
    content += part;
    return Result<void>();
  };
  CO_TRY(ObjectInfo info,
         named(co_await run_on(strand_, read_on_strand(prefix_ + key, range, bytes_max, keep))));
  co_return Object{std::move(info), std::move(content)};
}

awaitable<Result<ObjectInfo>> HttpStore::read(std::string key, Range range, const ByteSink& sink) {
  CO_TRY_VOID(check_key(key));
  constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();
  co_return named(co_await run_on(strand_, read_on_strand(prefix_ + key, range, kUnbounded, sink)));
}

awaitable<Result<ObjectInfo>> HttpStore::read_on_strand(std::string key, Range range,
                                                        std::size_t bytes_max,
                                                        const ByteSink& sink) {
  // No object is that long, and not every store reads so great a number.
  const bool behind = range.offset > kObjectBytesMax;
  if (behind || range.bytes == 0u) co_return co_await protocol_->head(std::move(key));
  CO_TRY(Protocol::Download download, co_await protocol_->download(key, range));
  if (download.response->head().status == 416) {  // nothing of the object lies in the range
    download.response.reset();
    co_return co_await protocol_->head(std::move(key));
  }
  CO_TRY_VOID(co_await receive(key, download, range, bytes_max, sink));
  co_return std::move(download.info);
}

awaitable<Result<void>> HttpStore::receive(const std::string& key, Protocol::Download& download,
                                           Range range, std::size_t bytes_max,
                                           const ByteSink& sink) {
  const auto extent = content_extent(download.response->head());
  if (!extent) co_return unavailable("the store does not say how long " + key + " is");
  const Extent asked = extent_of(range, extent->object_bytes);
  if (extent->offset != asked.offset || extent->bytes != asked.bytes) {
    co_return unavailable("the store sends another part of " + key + " than was asked for");
  }
  if (extent->bytes > bytes_max) co_return too_large_object(key, extent->bytes, bytes_max);
  download.info.bytes = extent->object_bytes;
  std::uint64_t received = 0;
  std::uint32_t crc = 0;
  for (;;) {
    auto part = co_await download.response->read();
    if (!part) co_return to_error(std::move(part).error());
    if (part->empty()) break;
    received += part->size();
    crc = crc32c(*part, crc);
    CO_TRY_VOID(sink(*part));
  }
  if (received != extent->bytes) co_return unavailable("the store sent only a part of " + key);
  const bool whole = extent->bytes == extent->object_bytes;
  if (whole && download.info.crc32c && *download.info.crc32c != crc) co_return damaged_object(key);
  co_return Result<void>();
}

awaitable<Result<ObjectInfo>> HttpStore::head(std::string key) {
  CO_TRY_VOID(check_key(key));
  co_return named(co_await run_on(strand_, protocol_->head(prefix_ + key)));
}

awaitable<Result<ListPage>> HttpStore::list(std::string prefix, std::string next,
                                            std::size_t limit) {
  CO_TRY_VOID(check_prefix(prefix));
  CO_TRY_VOID(check_list_limit(limit));
  CO_TRY(ListPage page,
         co_await run_on(strand_, protocol_->list(prefix_ + prefix, std::move(next), limit)));
  ListPage mine{{}, std::move(page.next)};
  for (ObjectInfo& object : page.objects) {
    CO_TRY(ObjectInfo info, named(std::move(object)));
    // What is no key was not put by this program ("folder/" of a console): nothing of ours.
    if (check_key(info.key)) mine.objects.push_back(std::move(info));
  }
  co_return mine;
}

awaitable<Result<void>> HttpStore::remove(std::string key) {
  CO_TRY_VOID(check_key(key));
  co_return co_await run_on(strand_, protocol_->remove(prefix_ + key));
}

awaitable<void> HttpStore::close() { co_return; }

Result<ObjectInfo> HttpStore::named(Result<ObjectInfo> info) const {
  if (!info) return info;
  if (!info->key.starts_with(prefix_)) {
    return internal("the store names an object outside of " + description_);
  }
  info->key.erase(0, prefix_.size());
  return info;
}

}  // namespace coditect::objects
