#include "providers/factory.h"

#include <algorithm>

#include "providers/anthropic/dialect.h"
#include "providers/cache/cache_planner.h"
#include "providers/gemini/dialect.h"
#include "providers/http_provider.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"

namespace coditect::providers {

namespace {

/// A key travels in a header, where a line end would begin another.
bool fits_a_header(std::string_view key) {
  return std::ranges::all_of(key, [](char byte) { return byte > 0x20 && byte < 0x7F; });
}

}  // namespace

std::unique_ptr<Dialect> make_dialect(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::kAnthropic: return std::make_unique<AnthropicDialect>();
    case ProviderKind::kGemini: return std::make_unique<GeminiDialect>();
    case ProviderKind::kOpenAi: return std::make_unique<OpenAiDialect>();
    case ProviderKind::kMoonshot:
    case ProviderKind::kOpenAiCompatible: break;
  }
  return std::make_unique<MoonshotDialect>(kind);
}

std::string_view default_base_url(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::kAnthropic: return "https://api.anthropic.com";
    case ProviderKind::kGemini: return "https://generativelanguage.googleapis.com";
    case ProviderKind::kOpenAi: return "https://api.openai.com/v1";
    case ProviderKind::kMoonshot: return "https://api.moonshot.ai/v1";
    case ProviderKind::kOpenAiCompatible: return "";
  }
  return "";
}

Result<std::unique_ptr<Provider>> make_provider(const ProviderConfig& config, const Clock& clock,
                                                Random& random) {
  if (!fits_a_header(config.api_key)) {
    return invalid("the API key holds characters that no key has",
                   "check for quotes, spaces or a line end around it");
  }
  HttpClientOptions options;
  TRY(options.base, net_client::parse_base_url(
                        config.base_url.empty() ? default_base_url(config.kind) : config.base_url));
  TRY(options.proxy, net_client::choose_proxy(config.proxy, options.base));
  options.times = config.times;
  options.trusted_certificates = config.trusted_certificates;
  TRY(auto client, make_http_client(std::move(options)));

  std::unique_ptr<Dialect> dialect = make_dialect(config.kind);
  RetryPolicy retry = config.retry.value_or(dialect->retry_policy());
  if (config.fallback == ProviderConfig::Fallback::kThere) retry = retry.with_fallback();
  if (config.attempts) {
    retry.attempts_max = *config.attempts;
    retry.overloaded_attempts_max = *config.attempts;
    retry.timed_out_attempts_max = *config.attempts;
  }
  auto gate = config.gate != nullptr
                  ? config.gate
                  : std::make_shared<KeyGate>(std::string(to_string(config.kind)), clock);
  std::unique_ptr<Provider> provider =
      std::make_unique<HttpProvider>(HttpProviderOptions{std::move(dialect), std::move(client),
                                                         config.api_key, retry, std::move(gate)},
                                     clock, random);
  // Only Anthropic lets its callers choose how long a prompt is kept.
  if (config.kind == ProviderKind::kAnthropic) {
    provider = std::make_unique<CachePlanner>(std::move(provider), clock);
  }
  return provider;
}

}  // namespace coditect::providers
