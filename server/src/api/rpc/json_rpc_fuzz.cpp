// Any bytes are either a message or a refusal that can be sent.
#include "api/rpc/json_rpc.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace coditect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = api::parse_rpc(text);
  if (const auto* refused = std::get_if<json::object>(&parsed)) {
    check(parse_json(json::serialize(*refused)).ok());
    return 0;
  }
  for (const auto& call : std::get<api::RpcMessage>(parsed).calls) {
    if (const auto* refused = std::get_if<api::RpcMessage::Refused>(&call)) {
      check(parse_json(json::serialize(refused->response)).ok());
    }
  }
  return 0;
}
