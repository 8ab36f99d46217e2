#include "app/storage/configured_store.h"

#include "storage/replication/keys.h"

namespace coditect::app {

namespace {

objects::StoreOptions options_from(const Environment& environment) {
  objects::StoreOptions options;
  if (const auto key_file = environment.find("GOOGLE_APPLICATION_CREDENTIALS")) {
    options.gcs_credentials = objects::GcsServiceAccountKey{*key_file};
  }
  options.gcs_emulator = environment.find("STORAGE_EMULATOR_HOST").value_or("");
  options.s3_credentials.access_key = environment.find("AWS_ACCESS_KEY_ID").value_or("");
  options.s3_credentials.secret_key = environment.find("AWS_SECRET_ACCESS_KEY").value_or("");
  options.s3_credentials.session_token = environment.find("AWS_SESSION_TOKEN").value_or("");
  return options;
}

Result<std::unique_ptr<objects::ObjectStore>> open(const std::string& url,
                                                   const objects::StoreOptions& options,
                                                   const objects::StoreParts& parts,
                                                   ConfiguredStore::Counters& counters) {
  TRY(const objects::StoreUrl parsed, objects::parse_store_url(url));
  return objects::open_store(parsed, options, parts, counters);
}

}  // namespace

Result<ConfiguredStore> open_configured_store(const std::string& url, const std::string& mirror,
                                              const Environment& environment,
                                              const objects::StoreParts& parts) {
  TRY(ConfiguredStore configured, open_store_of("--store", url, environment, parts));
  if (mirror.empty()) return configured;
  auto second = open(mirror, options_from(environment), parts, *configured.mirror_counters);
  if (!second) return std::move(second).error().in("--mirror");
  objects::MirrorOptions mirroring;
  mirroring.is_mutable = replication::is_mutable_key;
  auto both = std::make_unique<objects::MirroredStore>(
      make_strand(parts.executor), std::move(configured.store), *std::move(second),
      std::move(mirroring), parts.clock);
  configured.mirrored = both.get();
  configured.store = std::move(both);
  return configured;
}

Result<ConfiguredStore> open_store_of(const std::string& option, const std::string& url,
                                      const Environment& environment,
                                      const objects::StoreParts& parts) {
  ConfiguredStore configured;
  auto store = open(url, options_from(environment), parts, *configured.counters);
  if (!store) return std::move(store).error().in(option);
  configured.store = *std::move(store);
  return configured;
}

}  // namespace coditect::app
