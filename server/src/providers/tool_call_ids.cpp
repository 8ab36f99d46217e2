#include "providers/tool_call_ids.h"

#include <algorithm>

namespace coditect::providers {

namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kSuffixBytesMax = 12;

bool fits(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

std::string fitted(std::string id) {
  std::ranges::replace_if(id, [](char byte) { return !fits(byte); }, '_');
  return id.empty() ? "call" : id;
}

}  // namespace

std::string ToolCallIds::for_call(const std::string& id) {
  std::string candidate = fitted(id);
  if (candidate.size() > kIdBytesMax) candidate.resize(kIdBytesMax - kSuffixBytesMax);
  std::string unique = candidate;
  if (unique.size() > kIdBytesMax - kSuffixBytesMax && taken_.contains(unique)) {
    candidate.resize(kIdBytesMax - kSuffixBytesMax);
  }
  for (int number = 2; !taken_.insert(unique).second; ++number) {
    unique = candidate + "_" + std::to_string(number);
  }
  sent_[id] = unique;
  return unique;
}

std::string ToolCallIds::for_result(const std::string& id) const {
  const auto found = sent_.find(id);
  return found == sent_.end() ? fitted(id) : found->second;
}

}  // namespace coditect::providers
