#include "providers/moonshot/dialect.h"

#include "base/check.h"
#include "providers/moonshot/decoder.h"
#include "providers/moonshot/errors.h"
#include "providers/moonshot/request.h"

namespace coditect::providers {

MoonshotDialect::MoonshotDialect(ProviderKind kind) : kind_(kind) {
  check(kind == ProviderKind::kMoonshot || kind == ProviderKind::kOpenAiCompatible);
}

Header MoonshotDialect::authorization(const std::string& api_key) const {
  return {"authorization", "Bearer " + api_key};
}

HttpPost MoonshotDialect::build(const ModelRequest& request, const std::string&) const {
  return moonshot::build_request(request, kind_);
}

std::unique_ptr<AnswerDecoder> MoonshotDialect::decoder(const ModelRequest& request) const {
  return std::make_unique<moonshot::Decoder>(kind_, request.model);
}

ProviderError MoonshotDialect::decode_error(const HttpFailure& failure) const {
  return moonshot::decode_error(failure);
}

}  // namespace coditect::providers
