#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/sandbox/secret.h"

namespace coditect::tools {

/// Replaces secrets in a stream by `[secret NAME]`: their values, and these as base64 (also inside
/// a longer text, also for URLs), percent-encoded, in JSON, in hexadecimal, and each longer line of
/// a value of several.
///
/// What comes out does not depend on how the stream is cut: of all places where a secret begins the
/// first counts, and there the longest form.
///
/// Threads:    one at a time.
/// Invariants: holds back at most one byte less than the longest form.
class SecretMask {
 public:
  explicit SecretMask(const std::vector<Secret>& secrets);

  /// What may be shown of all that was taken so far, and was not before.
  std::string take(std::string_view chunk);
  /// The rest, at the end of the stream.
  std::string finish();
  /// The whole of a text.
  std::string masked(std::string_view text) const;
  /// As masked(), but whatever the case of its letters: host names lose it.
  std::string masked_name(std::string_view host) const;

 private:
  struct Form {
    std::string text;
    std::string shown;
  };
  enum class More { kMayCome, kNone };

  void add(const std::string& form, const std::string& shown);
  /// Moves what is decided from the beginning of `text` to the end of the returned one.
  std::string decide(std::string& text, More more) const;

  std::vector<Form> forms_;  ///< the longest first
  std::array<bool, 256> begins_{};
  std::string held_;
};

}  // namespace coditect::tools
