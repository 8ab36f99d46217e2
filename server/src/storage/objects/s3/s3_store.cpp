#include "storage/objects/s3/s3_store.h"

#include <algorithm>

#include "storage/objects/http/exchange.h"
#include "storage/objects/http/http_store.h"
#include "storage/objects/object_key.h"
#include "storage/objects/s3/s3_protocol.h"

namespace coditect::objects {

namespace {

/// A region, a bucket and keys travel in headers and host names.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<void> check_options(const S3Options& options) {
  if (options.bucket.empty() || !is_plain(options.bucket) || options.bucket.contains('/')) {
    return invalid("a bucket has a name", "give s3://BUCKET[/PREFIX]");
  }
  if (!options.prefix.empty()) TRY_VOID(check_key(options.prefix));
  if (options.region.empty() || !is_plain(options.region)) {
    return invalid("the store's region is missing", "give ?region=REGION, for R2 \"auto\"");
  }
  const S3Credentials& keys = options.credentials;
  if (keys.access_key.empty() || keys.secret_key.empty() || !is_plain(keys.access_key) ||
      !is_plain(keys.secret_key) || !is_plain(keys.session_token)) {
    return invalid("the store's access key is missing or holds characters that no key has",
                   "check for quotes, spaces or a line end around it");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> make_s3_store(asio::any_io_executor executor,
                                                   const S3Options& options, const Clock& clock) {
  TRY_VOID(check_options(options));
  const std::string endpoint = options.endpoint.empty()
                                   ? "https://s3." + options.region + ".amazonaws.com"
                                   : options.endpoint;
  TRY(net_client::BaseUrl base, net_client::parse_base_url(endpoint));
  if (options.addressing == S3Addressing::kVirtualHost) base.host.insert(0, options.bucket + ".");
  TRY(auto proxy, net_client::choose_proxy(options.proxy, base));
  TRY(auto client,
      net_client::make_http_client({.base = base,
                                    .proxy = std::move(proxy),
                                    .times = options.times,
                                    .body_bytes_max = kObjectBytesMax,
                                    .idle_connections_max = kIdleConnectionsMax,
                                    .trusted_certificates = options.trusted_certificates}));
  auto protocol = std::make_unique<S3Protocol>(options, std::move(base), std::move(client), clock);
  std::unique_ptr<ObjectStore> store =
      std::make_unique<HttpStore>(make_strand(std::move(executor)), std::move(protocol),
                                  options.prefix, "s3://" + options.bucket);
  return store;
}

}  // namespace coditect::objects
