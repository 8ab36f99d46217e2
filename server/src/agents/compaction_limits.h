#pragma once

#include <cstddef>
#include <cstdint>

/// What keeps a conversation within a model's window. Each line says what happens when it is
/// reached.
namespace coditect::limits {

/// Share of the window, in hundredths, that a prompt may take: beyond it the conversation is
/// compacted.
inline constexpr std::int64_t kWindowShareMax = 85;
/// A compaction that leaves more than this share, in hundredths, of the prompt fails the task.
inline constexpr std::int64_t kCompactedShareMax = 75;
/// Longer outputs of tools are shortened to the second figure, but for those of the newest answers.
inline constexpr std::size_t kOldOutputBytesMax = 2u << 10;
inline constexpr std::size_t kShortenedOutputBytes = 1u << 10;
inline constexpr std::size_t kAnswersKeptWhole = 2;
/// What a model may answer with when it writes a summary: the rest is cut off.
inline constexpr std::int64_t kSummaryTokensMax = 8'000;
/// The newest turns that stay as they are beside a summary: what is longer becomes part of it.
inline constexpr std::size_t kTailBytesMax = 32u << 10;

}  // namespace coditect::limits
