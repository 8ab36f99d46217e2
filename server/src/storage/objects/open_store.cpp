#include "storage/objects/open_store.h"

#include <utility>

#include "storage/objects/file/file_store.h"

namespace coditect::objects {
namespace {

struct Open {
  const StoreOptions& options;
  const StoreParts& parts;
  CountingStore::Counters& counters;

  Result<std::unique_ptr<ObjectStore>> operator()(const FileUrl& url) const {
    TRY(std::unique_ptr<ObjectStore> store,
        FileStore::open(url.folder, {.pool = parts.pool, .random = parts.random}));
    return counted(std::move(store));
  }
  Result<std::unique_ptr<ObjectStore>> operator()(const GcsUrl& url) const {
    GcsOptions gcs{.bucket = url.bucket,
                   .prefix = url.prefix,
                   .credentials = options.gcs_credentials,
                   .proxy = options.proxy,
                   .trusted_certificates = options.trusted_certificates};
    if (!options.gcs_emulator.empty()) {
      const bool has_scheme = options.gcs_emulator.contains("://");
      gcs.endpoint = (has_scheme ? "" : "http://") + options.gcs_emulator;
      gcs.credentials = GcsAnonymous();
    }
    TRY(auto store, make_gcs_store(parts.executor, gcs, parts.clock));
    return retried(std::move(store));
  }
  Result<std::unique_ptr<ObjectStore>> operator()(const S3Url& url) const {
    const S3Options s3{.bucket = url.bucket,
                       .prefix = url.prefix,
                       .region = url.region,
                       .endpoint = url.endpoint,
                       .credentials = options.s3_credentials,
                       .addressing = url.addressing == S3Url::Addressing::kPath
                                         ? S3Addressing::kPath
                                         : S3Addressing::kVirtualHost,
                       .checksums = url.checksums == S3Url::Checksums::kSend ? S3Checksums::kSend
                                                                             : S3Checksums::kOmit,
                       .proxy = options.proxy,
                       .trusted_certificates = options.trusted_certificates};
    TRY(auto store, make_s3_store(parts.executor, s3, parts.clock));
    return retried(std::move(store));
  }

  std::unique_ptr<ObjectStore> retried(std::unique_ptr<ObjectStore> store) const {
    RetryParts retry_parts{parts.clock, parts.random, sleep_on_timer};
    return std::make_unique<RetryingStore>(counted(std::move(store)), options.retries,
                                           std::move(retry_parts));
  }
  std::unique_ptr<ObjectStore> counted(std::unique_ptr<ObjectStore> store) const {
    return std::make_unique<CountingStore>(std::move(store), counters);
  }
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_store(const StoreUrl& url, const StoreOptions& options,
                                                const StoreParts& parts,
                                                CountingStore::Counters& counters) {
  return std::visit(Open{options, parts, counters}, url);
}

}  // namespace coditect::objects
