#pragma once

#include <memory>
#include <string>

#include "storage/objects/gcs/token_source.h"
#include "storage/objects/http/exchange.h"
#include "storage/objects/http/protocol.h"

namespace coditect::objects {

/// The JSON API of Google Cloud Storage.
///
/// Threads:    as Protocol.
/// Invariants: a token leaves only in the Authorization header of a request to `client`'s base URL;
///             no URL and no error holds one.
class GcsProtocol final : public Protocol {
 public:
  /// Without `tokens` requests are anonymous.
  GcsProtocol(std::string bucket, std::unique_ptr<net_client::HttpClient> client,
              std::unique_ptr<TokenSource> tokens)
      : bucket_(std::move(bucket)), client_(std::move(client)), tokens_(std::move(tokens)) {}

  awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                    Condition condition) override;
  awaitable<Result<ObjectInfo>> put_large(std::string key, ByteSource& source,
                                          Condition condition) override;
  awaitable<Result<Download>> download(std::string key, Range range) override;
  awaitable<Result<ObjectInfo>> head(std::string key) override;
  awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                   std::size_t limit) override;
  awaitable<Result<void>> remove(std::string key) override;

 private:
  using Response = std::unique_ptr<net_client::HttpResponse>;

  /// Sends a request as whoever this is; once more with a fresh token where one is refused.
  awaitable<Result<Response>> send(net_client::HttpRequest request);
  awaitable<Result<Answer>> ask(net_client::HttpRequest request);

  /// Begins a resumable upload: the target of its session.
  awaitable<Result<std::string>> begin_upload(std::string key, std::uint32_t crc,
                                              std::uint64_t bytes, Condition condition);
  /// Sends `source` to the session and returns the answer to its last byte.
  awaitable<Result<Answer>> upload(std::string session, std::string key, ByteSource& source);
  /// Sends one part at `offset` of `total`, again from where the store has it after a cut.
  awaitable<Result<Answer>> upload_part(std::string session, std::string key, std::string part,
                                        std::uint64_t offset, std::uint64_t total);
  /// Checks what the store says that it has against what was sent.
  awaitable<Result<ObjectInfo>> verify(std::string key, const Answer& answer, std::uint64_t bytes,
                                       std::uint32_t crc);

  const std::string bucket_;
  const std::unique_ptr<net_client::HttpClient> client_;
  const std::unique_ptr<TokenSource> tokens_;
};

}  // namespace coditect::objects
