#pragma once

#include <cstdint>
#include <string>

namespace coditect::tools {

/// A host that a command wanted to reach: once per command, whatever it asked there. No path and no
/// query: they may hold what is nobody's business.
struct Visit {
  enum class Outcome { kAllowed, kRefused };
  std::string host;  ///< "" where what was asked for names no host
  std::uint16_t port = 0;
  Outcome outcome = Outcome::kAllowed;
  /// It was refused, or could not be reached though it is allowed. It does not repeat the host.
  std::string why;

  bool operator==(const Visit&) const = default;
};

}  // namespace coditect::tools
