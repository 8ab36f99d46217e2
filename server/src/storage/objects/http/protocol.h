#pragma once

#include <memory>
#include <string>

#include "net/client/http_client.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

/// What one kind of HTTP store says and understands; HttpStore makes an ObjectStore of it. Keys are
/// whole ones, prefix included, and known to be good. Nothing is tried again.
///
/// Threads:  one strand.
/// Lifetime: outlives its calls and the responses that it gave.
/// Errors:   as ObjectStore.
class Protocol {
 public:
  virtual ~Protocol() = default;

  virtual awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                            Condition condition) = 0;
  /// For contents of more than limits::kObjectPartBytes.
  virtual awaitable<Result<ObjectInfo>> put_large(std::string key, ByteSource& source,
                                                  Condition condition) = 0;

  struct Download {
    std::unique_ptr<net_client::HttpResponse> response;  ///< of status 200, 206 or 416
    ObjectInfo info;                                     ///< its bytes are not set
  };
  /// `range` is not empty.
  virtual awaitable<Result<Download>> download(std::string key, Range range) = 0;

  virtual awaitable<Result<ObjectInfo>> head(std::string key) = 0;
  virtual awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                           std::size_t limit) = 0;
  virtual awaitable<Result<void>> remove(std::string key) = 0;
};

/// As a Range header asks for it; "" for the whole content.
std::string range_header(const Range& range);

}  // namespace coditect::objects
