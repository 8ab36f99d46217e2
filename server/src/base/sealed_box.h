#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

/// AES-256 in Galois/Counter Mode: nobody without the key reads what is sealed, or changes it
/// unnoticed.
using SealKey = std::array<unsigned char, 32>;

/// 12 random bytes, as many bytes as `text` has, and 16 bytes of proof. What is sealed in one
/// `context` opens in no other.
std::string seal(const SealKey& key, std::string_view text, std::string_view context);

/// Errc::kInvalid where it was sealed by another key, in another context, or was changed since.
Result<std::string> unseal(const SealKey& key, std::string_view sealed, std::string_view context);

}  // namespace coditect
