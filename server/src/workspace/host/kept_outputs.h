#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "base/result.h"

namespace coditect::workspace {

/// The outputs of one task's tools that were too long for an answer, to be read on. In memory only:
/// they are gone with the server, and whoever asks is told.
///
/// Threads:    one.
/// Invariants: at most kBytesMax in all; the oldest goes first.
class KeptOutputs {
 public:
  static constexpr std::size_t kBytesMax = 16u << 20;

  /// The name under which it is kept: of its content, so that the same text has the same.
  std::string keep(std::string text);
  /// Errc::kNotFound, with what to do, where it is not kept or not any more.
  Result<std::string> find(const std::string& id) const;

 private:
  struct Output {
    std::string id;
    std::string text;
  };

  std::deque<Output> outputs_;  // oldest first
  std::size_t bytes_ = 0;
};

}  // namespace coditect::workspace
