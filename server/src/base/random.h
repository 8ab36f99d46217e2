#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace coditect {

/// Where randomness comes from; tests inject a seeded one.
///
/// Threads: any (SystemRandom), one at a time (SeededRandom).
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  /// A number in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// `prefix` and 20 characters of [0-9a-z]: about 100 bits, safe in paths, URLs and host names.
  std::string id(std::string_view prefix);
};

/// The kernel's generator: unpredictable, so fit for tokens as well as for ids.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

/// The same numbers for the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// A secret of 256 bits from the kernel, as 64 hex digits.
std::string new_secret();

}  // namespace coditect
