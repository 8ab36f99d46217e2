#include "base/random.h"

#include <sys/random.h>

#include "base/check.h"
#include "base/hex.h"

namespace coditect {

std::uint64_t Random::below(std::uint64_t bound) {
  check(bound > 0);
  // The bias of a plain remainder is below 2^-32 for every bound this program uses.
  return next() % bound;
}

std::string Random::id(std::string_view prefix) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr int kDraws = 4;
  constexpr int kCharactersOfDraw = 5;  // 36^5 values: a draw's bias is below 2^-38
  std::string text(prefix);
  for (int draw = 0; draw < kDraws; ++draw) {
    std::uint64_t left = next();
    for (int i = 0; i < kCharactersOfDraw; ++i, left /= kAlphabet.size()) {
      text += kAlphabet[left % kAlphabet.size()];
    }
  }
  return text;
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  check(::getrandom(&value, sizeof value, 0) == sizeof value, "getrandom failed");
  return value;
}

std::string new_secret() {
  unsigned char bytes[32];
  check(::getrandom(bytes, sizeof bytes, 0) == sizeof bytes, "getrandom failed");
  return to_hex(bytes);
}

}  // namespace coditect
