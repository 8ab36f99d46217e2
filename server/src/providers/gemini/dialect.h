#pragma once

#include "providers/dialect.h"

namespace coditect::providers {

/// Google's generateContent.
class GeminiDialect final : public Dialect {
 public:
  ProviderKind kind() const override { return ProviderKind::kGemini; }
  Header authorization(const std::string& api_key) const override;
  HttpPost build(const ModelRequest& request, const std::string& resume_token) const override;
  std::unique_ptr<AnswerDecoder> decoder(const ModelRequest& request) const override;
  ProviderError decode_error(const HttpFailure& failure) const override;
  RetryPolicy retry_policy() const override;
};

}  // namespace coditect::providers
