#pragma once

#include <memory>
#include <string>
#include <variant>

#include "base/clock.h"
#include "net/client/proxy.h"
#include "storage/objects/http/exchange.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

/// Sends no token: for an emulator or a public bucket.
struct GcsAnonymous {};
/// The content of a service account's key file.
struct GcsServiceAccountKey {
  std::string key_file;
};
/// The identity of the machine, pod or container that this runs in.
struct GcsWorkloadIdentity {
  std::string metadata_url = "http://metadata.google.internal";
};
using GcsCredentials = std::variant<GcsAnonymous, GcsServiceAccountKey, GcsWorkloadIdentity>;

struct GcsOptions {
  std::string bucket;
  std::string prefix = {};  ///< "" or "some/folder"
  GcsCredentials credentials = {};
  std::string endpoint = "https://storage.googleapis.com";  ///< or an emulator's
  net_client::ProxySettings proxy = {};
  net_client::HttpTimes times = kStoreTimes;
  std::string trusted_certificates = {};  ///< PEM beside the system's; "" for none
};

/// A bucket of Google Cloud Storage by its JSON API. Conditions are ifGenerationMatch. Large
/// contents are resumable uploads, which go on after a cut; nothing else is tried again, except
/// once with a fresh token where an old one is refused.
///
/// Errc::kInvalid for options that cannot be used; the error holds no key. No request is sent yet.
/// `clock` outlives the store.
Result<std::unique_ptr<ObjectStore>> make_gcs_store(asio::any_io_executor executor,
                                                    const GcsOptions& options, const Clock& clock);

}  // namespace coditect::objects
