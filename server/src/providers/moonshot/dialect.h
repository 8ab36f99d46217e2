#pragma once

#include "providers/dialect.h"

namespace coditect::providers {

/// Chat completions as Moonshot speaks them, or as any OpenAI-compatible server does.
class MoonshotDialect final : public Dialect {
 public:
  /// `kind` is kMoonshot or kOpenAiCompatible.
  explicit MoonshotDialect(ProviderKind kind);

  ProviderKind kind() const override { return kind_; }
  Header authorization(const std::string& api_key) const override;
  HttpPost build(const ModelRequest& request, const std::string& resume_token) const override;
  std::unique_ptr<AnswerDecoder> decoder(const ModelRequest& request) const override;
  ProviderError decode_error(const HttpFailure& failure) const override;

 private:
  const ProviderKind kind_;
};

}  // namespace coditect::providers
