// Any bytes are either a message or a refusal that can be sent.
#include "base/check.h"
#include "protocols/mcp/message.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace coditect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mcp::Message message = mcp::parse_message(text);
  if (const auto* refused = std::get_if<mcp::Unreadable>(&message)) {
    const auto answer = mcp::error_message(refused->id, refused->refusal);
    check(parse_json(json::serialize(answer)).ok());
  } else if (const auto* request = std::get_if<mcp::Request>(&message)) {
    check(!request->id.is_null(), "a request has an id to be answered under");
  }
  return 0;
}
