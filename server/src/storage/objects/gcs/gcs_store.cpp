#include "storage/objects/gcs/gcs_store.h"

#include "storage/objects/gcs/gcs_protocol.h"
#include "storage/objects/http/http_store.h"
#include "storage/objects/object_key.h"

namespace coditect::objects {

namespace {

using net_client::HttpClient;

/// Makes the clients that one store needs.
class Clients {
 public:
  explicit Clients(const GcsOptions& options) : options_(options) {}

  Result<std::unique_ptr<HttpClient>> to(net_client::BaseUrl base, std::size_t kept) const {
    TRY(auto proxy, net_client::choose_proxy(options_.proxy, base));
    return net_client::make_http_client({.base = std::move(base),
                                         .proxy = std::move(proxy),
                                         .times = options_.times,
                                         .body_bytes_max = kObjectBytesMax,
                                         .idle_connections_max = kept,
                                         .trusted_certificates = options_.trusted_certificates});
  }

 private:
  const GcsOptions& options_;
};

Result<std::unique_ptr<TokenIssuer>> make_issuer(const GcsOptions& options, const Clock& clock) {
  const Clients clients(options);
  if (const auto* key = std::get_if<GcsServiceAccountKey>(&options.credentials)) {
    TRY(ServiceAccount account, parse_service_account(key->key_file));
    TRY(auto client, clients.to(account.token_url, 0));
    return std::unique_ptr<TokenIssuer>(
        std::make_unique<ServiceAccountIssuer>(std::move(account), std::move(client), clock));
  }
  if (const auto* identity = std::get_if<GcsWorkloadIdentity>(&options.credentials)) {
    TRY(net_client::BaseUrl base, net_client::parse_base_url(identity->metadata_url));
    TRY(auto client, clients.to(std::move(base), 0));
    return std::unique_ptr<TokenIssuer>(std::make_unique<MetadataIssuer>(std::move(client)));
  }
  return std::unique_ptr<TokenIssuer>();
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> make_gcs_store(asio::any_io_executor executor,
                                                    const GcsOptions& options, const Clock& clock) {
  if (options.bucket.empty()) return invalid("a bucket has a name", "give gs://BUCKET[/PREFIX]");
  if (!options.prefix.empty()) TRY_VOID(check_key(options.prefix));
  TRY(net_client::BaseUrl base, net_client::parse_base_url(options.endpoint));
  if (!base.prefix.empty()) {
    return invalid("the endpoint of a Google Cloud Storage bucket has no path",
                   "give http(s)://HOST[:PORT]");
  }
  TRY(auto issuer, make_issuer(options, clock));
  TRY(auto client, Clients(options).to(std::move(base), kIdleConnectionsMax));
  const Strand strand = make_strand(std::move(executor));
  std::unique_ptr<TokenSource> tokens;
  if (issuer) tokens = std::make_unique<TokenSource>(strand, std::move(issuer), clock);
  auto protocol =
      std::make_unique<GcsProtocol>(options.bucket, std::move(client), std::move(tokens));
  std::unique_ptr<ObjectStore> store = std::make_unique<HttpStore>(
      strand, std::move(protocol), options.prefix, "gs://" + options.bucket);
  return store;
}

}  // namespace coditect::objects
