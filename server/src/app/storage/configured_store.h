#pragma once

#include <memory>
#include <string>

#include "base/environment.h"
#include "storage/objects/mirrored/mirrored_store.h"
#include "storage/objects/open_store.h"

namespace coditect::app {

/// The object store that an operator configured, and what there is to know of it.
struct ConfiguredStore {
  using Counters = objects::CountingStore::Counters;

  // The stores count in them: they are destroyed last.
  std::unique_ptr<Counters> counters = std::make_unique<Counters>();
  std::unique_ptr<Counters> mirror_counters = std::make_unique<Counters>();
  std::unique_ptr<objects::ObjectStore> store;
  objects::MirroredStore* mirrored = nullptr;  ///< the same object, where there is a mirror
};

/// Opens the store at `url`, behind it the mirror at `mirror` ("" for none), with the credentials
/// of `environment`: GOOGLE_APPLICATION_CREDENTIALS, STORAGE_EMULATOR_HOST, AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and the usual variables of proxies.
/// Errc::kInvalid says which option makes no sense.
Result<ConfiguredStore> open_configured_store(const std::string& url, const std::string& mirror,
                                              const Environment& environment,
                                              const objects::StoreParts& parts);
/// The same for a store without a mirror, whose URL is that of `option`.
Result<ConfiguredStore> open_store_of(const std::string& option, const std::string& url,
                                      const Environment& environment,
                                      const objects::StoreParts& parts);

}  // namespace coditect::app
