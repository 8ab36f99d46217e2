#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/journal/crash_story.h"

namespace coditect::journal {
namespace {

constexpr int kLives = 6;

/// What the first life that goes wrong is told.
std::optional<std::string> first_fault(std::uint64_t seed, MemoryDisk::Syncs syncs) {
  CrashStory story(seed, syncs);
  for (int life = 0; life < kLives; ++life) {
    if (auto wrong = story.live_once()) return wrong;
  }
  return std::nullopt;
}

RC_GTEST_PROP(JournalCrash, AcknowledgedRecordsSurviveEveryCrash, (std::uint64_t seed)) {
  const auto wrong = first_fault(seed, MemoryDisk::Syncs::kHonoured);
  if (wrong) RC_FAIL(*wrong);
}

// The checker's own test: on a disk that ignores syncs the very same stories must go wrong.
TEST(JournalCrash, ADiskThatIgnoresSyncsIsCaught) {
  constexpr std::uint64_t kStories = 50;
  std::size_t caught = 0;
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
    const auto wrong = first_fault(seed, MemoryDisk::Syncs::kIgnored);
    if (!wrong) continue;
    ++caught;
    if (wrong->starts_with("acknowledged and lost") || wrong->starts_with("lost")) ++lost;
  }
  EXPECT_GE(caught, kStories * 9 / 10);
  EXPECT_GT(lost, 0u) << "some were to lose records without any visible damage";
}

}  // namespace
}  // namespace coditect::journal
