#include "providers/openai/dialect.h"

#include "providers/openai/decoder.h"
#include "providers/openai/errors.h"
#include "providers/openai/request.h"

namespace coditect::providers {

Header OpenAiDialect::authorization(const std::string& api_key) const {
  return {"authorization", "Bearer " + api_key};
}

HttpPost OpenAiDialect::build(const ModelRequest& request, const std::string&) const {
  return openai::build_request(request);
}

std::unique_ptr<AnswerDecoder> OpenAiDialect::decoder(const ModelRequest& request) const {
  return std::make_unique<openai::Decoder>(request.model);
}

ProviderError OpenAiDialect::decode_error(const HttpFailure& failure) const {
  return openai::decode_error(failure);
}

RetryPolicy OpenAiDialect::retry_policy() const {
  RetryPolicy policy;  // as the vendor's SDK, which takes longer wishes for mistakes
  policy.wish_max = std::chrono::seconds{60};
  policy.long_wish = LongWish::kIgnore;
  return policy;
}

}  // namespace coditect::providers
