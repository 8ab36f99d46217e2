#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct XXH3_state_s;

namespace coditect::replication {

/// XXH3-64 over what comes in parts.
///
/// Threads: one.
class DeltaChecksum {
 public:
  DeltaChecksum();
  /// Starts anew.
  void begin(std::uint64_t seed);
  void add(std::string_view bytes);
  std::uint64_t value() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace coditect::replication
