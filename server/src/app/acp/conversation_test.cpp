#include "app/acp/conversation.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

TEST(Conversation, IsReadBackFromItsPrompts) {
  const std::vector<Turn> before = {
      {"hello", "hi"},
      {"one\nThe user says now:\ntwo", ""},
      {"```rehearsal\n{\"say\":\"x\"}\n```", "[editor conversation acp_other, turn 1]"}};
  for (const char* said : {"go on", "a\nb\n", "The user says now:\nnothing",
                           "[editor conversation acp_x, turn 9]\n\nThe user says now:\nno"}) {
    for (const auto& turns : {std::vector<Turn>(), before}) {
      const std::string prompt = compose_prompt("acp_1", turns, said);
      const auto read = read_prompt(prompt);
      ASSERT_TRUE(read) << prompt;
      EXPECT_EQ(read->session, "acp_1");
      EXPECT_EQ(read->said, said);
    }
  }
}

TEST(Conversation, TellsWhatWasSaidBeforeAndNoMoreThanThat) {
  const std::string prompt = compose_prompt("acp_1", {{"hello", "hi\nthere"}}, "go on");
  EXPECT_NE(prompt.find("> User: hello\n> You: hi\n> there\n"), std::string::npos) << prompt;
  EXPECT_NE(prompt.find("turn 2]"), std::string::npos);
  std::vector<Turn> long_ones(100, {std::string(3000, 'x'), std::string(3000, 'y')});
  long_ones.push_back({"the newest", "answer"});
  const std::string bounded = compose_prompt("acp_1", long_ones, "go on");
  EXPECT_LT(bounded.size(), 26u << 10);
  EXPECT_NE(bounded.find("the newest"), std::string::npos);
}

TEST(Conversation, OtherPromptsAreNone) {
  for (const char* prompt : {"", "hello", "[editor conversation ", "[editor conversation x]\nhi",
                             "[editor conversation x, turn 1]\nhi"}) {
    EXPECT_FALSE(read_prompt(prompt)) << prompt;
  }
}

TEST(Conversation, ContentIsTextOrRefused) {
  const auto text = [](const char* blocks) {
    return text_of_blocks(json::parse(blocks).as_array(), "/home/ann/p");
  };
  EXPECT_EQ(*text(R"([{"type":"text","text":"look at"},
      {"type":"resource_link","name":"a","uri":"file:///home/ann/p/src/a.cpp"}])"),
            "look at src/a.cpp ");
  EXPECT_EQ(*text(R"([{"type":"resource_link","name":"a","uri":"file:///etc/passwd"}])"),
            " file:///etc/passwd ");
  EXPECT_NE(text(R"([{"type":"resource","resource":{"uri":"file:///home/ann/p/b","text":"body"}}])")
                ->find("b:\nbody"),
            std::string::npos);
  for (const char* blocks :
       {R"([])", R"([{"type":"text","text":" "}])", R"([{"type":"image","data":"","mimeType":""}])",
        R"([{"type":"text"}])", R"([1])", R"([{"type":"resource","resource":{"blob":""}}])"}) {
    EXPECT_FALSE(text(blocks)) << blocks;
  }
}

TEST(Conversation, ATitleIsTheFirstLine) {
  EXPECT_EQ(title_of("\n fix the parser\nplease"), "fix the parser");
  EXPECT_EQ(title_of(std::string(200, 'x')).size(), 80u);
  EXPECT_EQ(title_of(" \n"), "");
}

}  // namespace
}  // namespace coditect::app
