#include "providers/gemini/dialect.h"

#include "providers/gemini/decoder.h"
#include "providers/gemini/errors.h"
#include "providers/gemini/request.h"

namespace coditect::providers {

Header GeminiDialect::authorization(const std::string& api_key) const {
  return {"x-goog-api-key", api_key};
}

HttpPost GeminiDialect::build(const ModelRequest& request, const std::string& resume_token) const {
  return gemini::build_request(request, resume_token);
}

std::unique_ptr<AnswerDecoder> GeminiDialect::decoder(const ModelRequest& request) const {
  return std::make_unique<gemini::Decoder>(request.model);
}

ProviderError GeminiDialect::decode_error(const HttpFailure& failure) const {
  return gemini::decode_error(failure);
}

RetryPolicy GeminiDialect::retry_policy() const {
  RetryPolicy policy;  // as Google's SDK
  policy.backoff_first = std::chrono::seconds{1};
  policy.backoff_max = std::chrono::seconds{60};
  return policy;
}

}  // namespace coditect::providers
