#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace coditect {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// SHA-256 of bytes that come in pieces.
///
/// Threads: one at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// As 64 lower-case hex digits; ends the use of this object.
  std::string finish_hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Sixty-four zeros: the `prev` of a log's first line.
extern const std::string kZeroHash;

}  // namespace coditect
