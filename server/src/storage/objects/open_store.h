#pragma once

#include <memory>
#include <string>

#include "async/blocking_pool.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/client/proxy.h"
#include "storage/objects/counting/counting_store.h"
#include "storage/objects/gcs/gcs_store.h"
#include "storage/objects/object_store.h"
#include "storage/objects/retrying/retrying_store.h"
#include "storage/objects/s3/s3_store.h"
#include "storage/objects/store_url.h"

namespace coditect::objects {

/// What a URL does not say.
struct StoreOptions {
  GcsCredentials gcs_credentials = GcsWorkloadIdentity();
  std::string gcs_emulator = {};  ///< STORAGE_EMULATOR_HOST: "host:port" or a URL; then no token
  S3Credentials s3_credentials = {};
  net_client::ProxySettings proxy = {};
  std::string trusted_certificates = {};  ///< PEM beside the system's; "" for none
  RetryOptions retries = {};
};

/// What stores are made of; each outlives them.
struct StoreParts {
  asio::any_io_executor executor;
  BlockingPool& pool;
  const Clock& clock;
  Random& random;  ///< asked by any thread
};

/// The store that `url` names: a folder as it is, a bucket behind a RetryingStore. What it is asked
/// is counted in `counters`, which outlive it. A folder is made where it is missing; no bucket is
/// asked yet: see probe.h. Errc::kInvalid for options that do not fit.
Result<std::unique_ptr<ObjectStore>> open_store(const StoreUrl& url, const StoreOptions& options,
                                                const StoreParts& parts,
                                                CountingStore::Counters& counters);

}  // namespace coditect::objects
