#pragma once

#include <string>
#include <vector>

#include "providers/dialect.h"
#include "providers/testing/heard.h"

/// What the tests of all decoders share.
namespace coditect::providers {

using Payloads = std::vector<std::string>;

/// What `dialect` makes of these events.
inline ProviderResult<ModelAnswer> decode(const Dialect& dialect, const Payloads& payloads) {
  Heard heard;
  const ModelRequest request{.model = "asked"};
  const auto decoder = dialect.decoder(request);
  for (const std::string& payload : payloads) {
    if (auto taken = decoder->take({"", payload}, heard); !taken) return taken.error();
  }
  return decoder->finish();
}

/// How an answer ended, " | " and a line of describe() per block; "error KIND" of a failure, and
/// "again" where it may be tried again.
inline std::string outcome(const ProviderResult<ModelAnswer>& answer) {
  if (!answer) {
    return "error " + std::string(to_string(answer.error().kind)) +
           (answer.error().retryable ? " again" : "");
  }
  std::string text(to_string(answer->stop));
  for (const std::string& line : describe(answer->turn)) text += " | " + line;
  return text;
}

struct DecoderCase {
  const char* name;
  Payloads payloads;
  const char* expected;
};

}  // namespace coditect::providers
