#include "agents/answer_text.h"

#include <gtest/gtest.h>

namespace coditect::agents {
namespace {

using providers::Block;
using providers::TextBlock;

const providers::VendorItem kSigned{providers::ProviderKind::kGemini, "m", {{"s", 1}}};

struct Case {
  const char* name;
  std::vector<Block> blocks;
  std::vector<SaidText> expected;
  const char* joined;
};

TEST(AnswerText, IsWhatTheModelStreamed) {
  const Case cases[] = {
      {"nothing", {}, {}, ""},
      {"a text that its vendor cut for a signature",
       {TextBlock{"There are"}, TextBlock{" three", "", kSigned}, TextBlock{"", "", kSigned}},
       {{"There are three", ""}},
       "There are three"},
      {"before and after a call",
       {TextBlock{"I look."}, providers::ToolCall{"c", "n", {}}, TextBlock{"I see."}},
       {{"I look.", ""}, {"I see.", ""}},
       "I look.\n\nI see."},
      {"before and after a thought",
       {TextBlock{"a"}, providers::Reasoning{"hm"}, TextBlock{"b"}},
       {{"a", ""}, {"b", ""}},
       "a\n\nb"},
      {"phases",
       {TextBlock{"I look.", "commentary"}, TextBlock{"Three.", "final_answer"}},
       {{"I look.", "commentary"}, {"Three.", "final_answer"}},
       "I look.\n\nThree."},
      {"nothing to see", {TextBlock{"\n \n"}, providers::ToolCall{"c", "n", {}}}, {}, ""},
      {"spaces inside stay",
       {TextBlock{" a"}, TextBlock{" "}, TextBlock{"b "}},
       {{" a b ", ""}},
       " a b "},
  };
  for (const Case& test : cases) {
    const providers::Turn turn{providers::Role::kAssistant, test.blocks};
    EXPECT_EQ(said_texts(turn), test.expected) << test.name;
    EXPECT_EQ(joined_text(turn), test.joined) << test.name;
  }
}

}  // namespace
}  // namespace coditect::agents
