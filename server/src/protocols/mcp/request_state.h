#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/sealed_box.h"

namespace coditect::mcp {

/// What a server gives a client to bring back with its answers. Nobody can read it, change it, use
/// it for another request, or bring it after kStateLife. A restart of the server ends all of them.
///
/// Threads: any; constant after construction.
class RequestState {
 public:
  explicit RequestState(const Clock& clock);

  /// `purpose` is what the request is about.
  std::string seal(std::string_view state, std::string_view purpose) const;
  /// Errc::kInvalid for everything that seal() did not write for the same purpose.
  Result<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  const Clock& clock_;
  SealKey key_{};
};

}  // namespace coditect::mcp
