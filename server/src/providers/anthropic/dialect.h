#pragma once

#include "providers/dialect.h"

namespace coditect::providers {

/// Anthropic's Messages API, version 2023-06-01.
class AnthropicDialect final : public Dialect {
 public:
  ProviderKind kind() const override { return ProviderKind::kAnthropic; }
  Header authorization(const std::string& api_key) const override;
  HttpPost build(const ModelRequest& request, const std::string& resume_token) const override;
  std::unique_ptr<AnswerDecoder> decoder(const ModelRequest& request) const override;
  ProviderError decode_error(const HttpFailure& failure) const override;
};

}  // namespace coditect::providers
