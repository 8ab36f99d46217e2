#include "workspace/host/kept_outputs.h"

#include <algorithm>
#include <utility>

#include "base/sha256.h"

namespace coditect::workspace {

std::string KeptOutputs::keep(std::string text) {
  std::string id = "o_" + sha256_hex(text).substr(0, 12);
  const auto known = std::ranges::find(outputs_, id, &Output::id);
  if (known != outputs_.end()) {
    bytes_ -= known->text.size();
    outputs_.erase(known);
  }
  bytes_ += text.size();
  outputs_.push_back({id, std::move(text)});
  while (bytes_ > kBytesMax && outputs_.size() > 1) {
    bytes_ -= outputs_.front().text.size();
    outputs_.pop_front();
  }
  return id;
}

Result<std::string> KeptOutputs::find(const std::string& id) const {
  const auto found = std::ranges::find(outputs_, id, &Output::id);
  if (found != outputs_.end()) return found->text;
  return not_found("the output '" + id.substr(0, 40) + "' is not kept any more, or never was",
                   "outputs are kept for the task that made them, until it ends, the server "
                   "restarts or newer ones take their place: run the command again, with grep, "
                   "head or tail, or send it to a file");
}

}  // namespace coditect::workspace
