#include "workspace/prompt_line.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

TEST(PromptLine, IsTheFirstLineInWholeCharacters) {
  EXPECT_EQ(prompt_line("\n\nMend `a.txt`\nand more"), "Mend a.txt");
  EXPECT_EQ(prompt_line(""), "");
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ä";
  const std::string line = prompt_line("x" + umlauts);
  EXPECT_EQ(line.size(), 199u) << "no character is cut in two";
  EXPECT_EQ(line, "x" + umlauts.substr(0, 198));
}

}  // namespace
}  // namespace coditect::workspace
