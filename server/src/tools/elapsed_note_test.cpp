#include "tools/elapsed_note.h"

#include <gtest/gtest.h>

namespace coditect::tools {
namespace {

std::string closed(const std::string& printed, int elapsed_ms, const std::string& after = "") {
  return printed + "[exit code 1" + elapsed_note(std::chrono::milliseconds(elapsed_ms)) + after;
}

TEST(ElapsedNote, TwoRunsThatPrintTheSameAreTheSame) {
  for (const char* printed : {"", "failed\n", "took 3.2 s]\n", ", 1.5 s]\n"}) {
    for (const char* after : {"", "[changed: a, b]\n"}) {
      EXPECT_EQ(without_elapsed(closed(printed, 120, after)),
                without_elapsed(closed(printed, 95'660, after)));
      EXPECT_NE(without_elapsed(closed(printed, 120, after)),
                without_elapsed(closed("other\n", 120, after)));
      EXPECT_NE(without_elapsed(closed(printed, 120, after)),
                without_elapsed(closed(printed, 120, "[changed: c]\n")));
    }
  }
}

TEST(ElapsedNote, AnyOtherTextComesBackAsItIs) {
  for (const char* text : {"", "text", " s]\n", ", s]\n", ",  s]\n", "[a, b s]\n", ", 1.5 s"}) {
    EXPECT_EQ(without_elapsed(text), text);
  }
}

}  // namespace
}  // namespace coditect::tools
