#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/objects/http/exchange.h"
#include "storage/objects/http/protocol.h"
#include "storage/objects/s3/s3_messages.h"
#include "storage/objects/s3/s3_store.h"
#include "storage/objects/s3/signature.h"

namespace coditect::objects {

/// S3's protocol, each request signed with its payload's SHA-256.
///
/// Threads:    as Protocol.
/// Lifetime:   `clock` outlives it.
/// Invariants: the secret key leaves in no request; it is in no URL and no error.
class S3Protocol final : public Protocol {
 public:
  /// `base` is where `client` asks.
  S3Protocol(const S3Options& options, net_client::BaseUrl base,
             std::unique_ptr<net_client::HttpClient> client, const Clock& clock);

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
  struct Request {
    std::string method = "GET";
    std::string key = {};  ///< "": the bucket itself
    QueryParameters query = {};
    net_client::Headers headers = {};
    std::string body = {};
    net_client::Repeat repeat = net_client::Repeat::kSafe;
  };
  struct Upload {
    std::string key;
    std::string id;
  };

  net_client::HttpRequest sign(Request request) const;
  awaitable<Result<Answer>> ask(Request request);

  awaitable<Result<Upload>> begin_upload(std::string key, std::uint32_t crc);
  awaitable<Result<std::vector<S3Part>>> upload_parts(Upload upload, ByteSource& source);
  awaitable<Result<S3Part>> upload_part(Upload upload, std::size_t number, std::string content);
  awaitable<Result<ObjectInfo>> complete(Upload upload, std::vector<S3Part> parts,
                                         Condition condition, std::uint64_t bytes,
                                         std::uint32_t crc);
  /// Frees what an upload that came to nothing takes up.
  awaitable<void> abort(Upload upload);

  // Constant after construction.
  const S3Credentials credentials_;
  const SigningScope scope_;
  const S3Checksums checksums_;
  const std::string bucket_;
  const std::string bucket_path_;  // "" or "/bucket"
  const net_client::BaseUrl base_;
  const std::unique_ptr<net_client::HttpClient> client_;
  const Clock& clock_;
};

}  // namespace coditect::objects
