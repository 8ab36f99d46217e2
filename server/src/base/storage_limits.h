#pragma once

#include <chrono>
#include <cstddef>

/// Limits of the object store and of replication; base/limits.h has the others.
namespace coditect::limits {

inline constexpr std::size_t kObjectKeyBytesMax = 900;     // of a store's 1,024, prefix included
inline constexpr std::size_t kObjectPartBytes = 8u << 20;  // a part of a streamed upload
inline constexpr std::size_t kListPageObjectsMax = 1'000;

// One node lease; all times are of the monotonic clock.
inline constexpr std::chrono::milliseconds kLeaseTime{10'000};
inline constexpr std::chrono::milliseconds kLeaseRenewInterval{3'000};
/// A node stops acknowledging this long before somebody else may take its lease.
inline constexpr std::chrono::milliseconds kLeaseSafetyMargin{2'000};

inline constexpr std::chrono::milliseconds kBundleInterval{1'000};
inline constexpr std::size_t kBundleBytesMax = 32u << 20;  // of content before compression
inline constexpr std::chrono::seconds kPagesInterval{30};

}  // namespace coditect::limits
