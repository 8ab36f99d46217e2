// Runs the tests against recorded traffic, or says that there is none and is counted as skipped.
#include <gtest/gtest.h>

#include <cstdio>
#include <string_view>

#include "providers/recorded/folder.h"

namespace coditect::providers::recorded {

namespace {

std::filesystem::path folder = CODITECT_FIXTURES_DEFAULT;

/// The folder that the environment names wins over the one beside the source tree.
void choose_folder(const char* const* environment) {
  constexpr std::string_view kName = "CODITECT_FIXTURES=";
  for (const char* const* entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with(kName)) folder = text.substr(kName.size());
  }
}

}  // namespace

std::filesystem::path recordings_folder() { return folder; }

}  // namespace coditect::providers::recorded

int main(int argc, char** argv, char** environment) {
  using namespace coditect::providers::recorded;
  constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE
  choose_folder(environment);
  if (!std::filesystem::exists(recordings_folder() / "manifest.json")) {
    std::printf("skipped: no recorded traffic; set CODITECT_FIXTURES to its folder\n");
    return kSkipped;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
