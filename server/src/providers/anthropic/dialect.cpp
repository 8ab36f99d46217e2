#include "providers/anthropic/dialect.h"

#include "providers/anthropic/decoder.h"
#include "providers/anthropic/errors.h"
#include "providers/anthropic/request.h"

namespace coditect::providers {

Header AnthropicDialect::authorization(const std::string& api_key) const {
  return {"x-api-key", api_key};
}

HttpPost AnthropicDialect::build(const ModelRequest& request, const std::string&) const {
  return anthropic::build_request(request);
}

std::unique_ptr<AnswerDecoder> AnthropicDialect::decoder(const ModelRequest& request) const {
  return std::make_unique<anthropic::Decoder>(request.model);
}

ProviderError AnthropicDialect::decode_error(const HttpFailure& failure) const {
  return anthropic::decode_error(failure);
}

}  // namespace coditect::providers
