#include "providers/transcript.h"

#include "base/check.h"

namespace coditect::providers {

const json::object* echo_for(const std::optional<VendorItem>& echo, ProviderKind provider,
                             const std::string& model) {
  return echo ? echo_for(*echo, provider, model) : nullptr;
}

const json::object* echo_for(const VendorItem& echo, ProviderKind provider,
                             const std::string& model) {
  return echo.provider == provider && echo.model == model ? &echo.item : nullptr;
}

const std::string& base64_of(const ImageBlock& image) {
  check(image.base64 != nullptr, "a picture is sent that nobody has fetched");
  return *image.base64;
}

std::string data_url(const ImageBlock& image) {
  return "data:" + image.media_type + ";base64," + base64_of(image);
}

std::vector<Turn> alternating(const std::vector<Turn>& turns) {
  std::vector<Turn> joined;
  for (const Turn& turn : turns) {
    if (turn.blocks.empty()) continue;
    if (joined.empty() || joined.back().role != turn.role) {
      joined.push_back(turn);
      continue;
    }
    std::vector<Block>& blocks = joined.back().blocks;
    blocks.insert(blocks.end(), turn.blocks.begin(), turn.blocks.end());
  }
  return joined;
}

}  // namespace coditect::providers
