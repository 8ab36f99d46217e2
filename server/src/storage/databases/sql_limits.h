#pragma once

#include <cstddef>

namespace coditect::limits {

// Of one query's answer, which travels whole: `truncated` is set.
inline constexpr std::size_t kQueryRowsMax = 100'000;
inline constexpr std::size_t kQueryAnswerBytesMax = 16u << 20;

}  // namespace coditect::limits
