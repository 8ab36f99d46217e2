#include "protocols/mcp/request_state.h"

#include <cstring>

#include "base/base64.h"
#include "base/json.h"
#include "base/random.h"
#include "protocols/mcp/limits.h"

namespace coditect::mcp {

RequestState::RequestState(const Clock& clock) : clock_(clock) {
  SystemRandom random;
  for (std::size_t at = 0; at < key_.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.next();
    std::memcpy(key_.data() + at, &word, sizeof(word));
  }
}

std::string RequestState::seal(std::string_view state, std::string_view purpose) const {
  const json::object content{{"until", to_rfc3339(clock_.now() + limits::kStateLife)},
                             {"state", state}};
  return to_base64(coditect::seal(key_, json::serialize(content), purpose));
}

Result<std::string> RequestState::open(std::string_view sealed, std::string_view purpose) const {
  const auto changed = invalid("the requestState is not one of this request",
                               "send it as it came, or begin the request anew");
  const auto bytes = from_base64(sealed);
  if (!bytes) return changed;
  const auto text = unseal(key_, *bytes, purpose);
  if (!text) return changed;
  TRY(const json::object content, parse_json_object(*text));
  TRY(const std::string until, need_string(content, "until"));
  TRY(const Time end, parse_rfc3339(until));
  if (end < clock_.now()) return invalid("the requestState is too old", "begin the request anew");
  return need_string(content, "state");
}

}  // namespace coditect::mcp
