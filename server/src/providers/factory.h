#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "providers/dialect.h"
#include "providers/provider.h"
#include "providers/resilience/key_gate.h"
#include "providers/wire/http_client.h"
#include "providers/wire/retry_policy.h"

namespace coditect::providers {

struct ProviderConfig {
  ProviderKind kind = ProviderKind::kAnthropic;
  std::string base_url = {};  ///< "" for the vendor's own; OpenAI's and Moonshot's end in /v1
  std::string api_key = {};   ///< "" sends none, for local servers
  ProxySettings proxy = {};
  HttpTimes times = kModelTimes;
  std::optional<RetryPolicy> retry = std::nullopt;  ///< nothing: as the vendor's SDK
  /// Whether there is another model to go on with: then it gives up earlier.
  enum class Fallback { kNone, kThere } fallback = Fallback::kNone;
  std::optional<int> attempts = std::nullopt;  ///< in all, whatever fails; nothing: as `retry` says
  std::string trusted_certificates = {};       ///< PEM beside the system's; "" for none
  std::shared_ptr<KeyGate> gate = nullptr;     ///< null: one that nobody shares
};

/// How that vendor speaks.
std::unique_ptr<Dialect> make_dialect(ProviderKind kind);

/// Where the vendor's API lives; "" for kOpenAiCompatible, which is nobody's.
std::string_view default_base_url(ProviderKind kind);

/// A provider that talks to `config.base_url`. Errc::kInvalid for a URL, a proxy or a key that
/// cannot be used; the error holds no key. `clock` and `random` outlive it and allow any thread.
Result<std::unique_ptr<Provider>> make_provider(const ProviderConfig& config, const Clock& clock,
                                                Random& random);

}  // namespace coditect::providers
