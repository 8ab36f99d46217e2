#pragma once

#include <cstdint>

namespace coditect::agents {

/// An upper bound of the tokens in a prompt that grows from call to call.
///
/// A token stands for at least one byte of what is sent. How many tokens the prompt had the vendor
/// says with each answer, so only what was added since has to be taken byte by byte.
class PromptBound {
 public:
  /// Of a request of `bytes`, as providers::request_bytes() counts them.
  std::int64_t tokens(std::int64_t bytes) const;
  /// The vendor counted `tokens` in the request of `bytes`; 0 where it did not say.
  void learn(std::int64_t bytes, std::int64_t tokens);

 private:
  std::int64_t known_bytes_ = 0;
  std::int64_t known_tokens_ = kAddedByVendor;

  /// What vendors put around a request, such as words on how to call tools.
  static constexpr std::int64_t kAddedByVendor = 1'000;
};

}  // namespace coditect::agents
