#pragma once

#include <cstddef>

/// Limits of secrets. Beyond each of them one is refused.
namespace coditect::limits {

inline constexpr std::size_t kSecretsMax = 100;  // of a workspace
/// Shorter values cannot be told from other text when they are printed.
inline constexpr std::size_t kSecretBytesMin = 8;
inline constexpr std::size_t kSecretBytesMax = 32u << 10;

}  // namespace coditect::limits
