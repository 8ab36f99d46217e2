#include "workspace/instructions/instruction_paths.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

TEST(InstructionPaths, AreKnownByTheirNames) {
  for (const char* path : {"AGENTS.md", "CLAUDE.md", "a/b/GEMINI.md"}) {
    EXPECT_TRUE(is_instruction_path(path)) << path;
  }
  for (const char* path : {"", "agents.md", "AGENTS.md.txt", "AGENTS.md/x", "MY_AGENTS.md", "a/"}) {
    EXPECT_FALSE(is_instruction_path(path)) << path;
  }
}

TEST(InstructionPaths, LeadFromTheProjectDownToTheFile) {
  using Paths = std::vector<std::string>;
  EXPECT_EQ(instruction_paths(""), (Paths{"AGENTS.md", "CLAUDE.md", "GEMINI.md"}));
  EXPECT_EQ(instruction_paths("a/b.txt"),
            (Paths{"AGENTS.md", "CLAUDE.md", "GEMINI.md", "a/AGENTS.md", "a/CLAUDE.md",
                   "a/GEMINI.md", "a/b.txt/AGENTS.md", "a/b.txt/CLAUDE.md", "a/b.txt/GEMINI.md"}));
}

}  // namespace
}  // namespace coditect::workspace
