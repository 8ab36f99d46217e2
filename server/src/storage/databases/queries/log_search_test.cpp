#include "storage/databases/queries/log_search.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/databases/event_text.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

class LogSearchTest : public WorkspaceTest {
 public:
  void TestBody() override {}
  using WorkspaceTest::SetUp;
  View view_of() { return view(); }
  /// The numbers of the events that are found, best first; or the error.
  std::string found(std::string_view typed, std::size_t limit = 10) {
    const auto seqs = search_log(view(), match_query(typed), limit);
    if (!seqs) return "error: " + seqs.error().message;
    std::string text;
    for (const Sequence seq : *seqs) text += std::to_string(seq) + " ";
    return text;
  }
};

TEST_F(LogSearchTest, FindsWhatWasSaidAndDone) {
  struct Case {
    const char* type;
    const char* data;
    const char* words;
  };
  const Case cases[] = {
      {"agent_message", R"({"text":"alpha speaks"})", "alpha"},
      {"bus_message", R"({"topic":"bravo","text":"x"})", "bravo"},
      {"task_queued", R"({"prompt":"please charlie"})", "charlie"},
      {"tool_call", R"({"phase":"started","tool":"edit_file","input":{"a":["delta"]}})", "delta"},
      {"tool_call", R"({"phase":"finished","output":"echo said"})", "echo"},
      {"file_edit", R"({"path":"src/foxtrot.cpp","op":"create","text":"one"})", "foxtrot"},
      {"file_edit", R"({"path":"a","op":"write","splice":{"insert":"golf{}"}})", "golf"},
      {"file_edit", R"({"path":"new","op":"move","from":"hotel.txt"})", "hotel"},
      {"checkpoint", R"({"label":"before india","tree":""})", "india"},
      {"task_finished", R"({"error":{"message":"juliet broke"}})", "juliet"},
      {"task_retrying", R"({"error":"kilo is busy"})", "kilo"},
      {"context_compacted", R"({"summary":"so far lima"})", "lima"},
      {"approval_answered", R"({"note":"mike says no"})", "mike"},
      {"file_put_back", R"({"path":"november.txt"})", "november"},
      {"workspace_created", R"({"name":"oscar"})", "oscar"},
  };
  for (const Case& c : cases) happen(c.type, c.data);
  happen("conversation_turn", R"({"turns":[{"text":"alpha alpha"}]})");
  happen("task_finished", R"({"result":"alpha"})");
  int seq = 0;
  for (const Case& c : cases) EXPECT_EQ(found(c.words), std::to_string(++seq) + " ") << c.words;
}

TEST_F(LogSearchTest, WordsAreAllWantedAndPhrasesStandTogether) {
  happen("agent_message", R"({"text":"the lock table of the parser"})");
  happen("agent_message", R"({"text":"a table without a lock"})");
  struct Case {
    const char* typed;
    const char* seqs;
  };
  const Case cases[] = {
      {"lock parser", "1 "}, {"\"lock table\"", "1 "}, {"\"table lock\"", ""},
      {"LOCK wit", "2 "},    {"wit lock", ""},         {"parsér", "1 "},
      {"loc*", "1 2 "},      {"lock NOT table", ""},   {"\"loc\"", ""},
  };
  for (const Case& c : cases) {
    std::string got = found(c.typed);
    if (got == "2 1 ") got = "1 2 ";
    EXPECT_EQ(got, c.seqs) << c.typed;
  }
}

TEST_F(LogSearchTest, TheBestComeFirstAndTheNewestOfEquals) {
  happen("agent_message", R"({"text":"parser, among many other words that are here as well"})");
  happen("agent_message", R"({"text":"parser"})");
  happen("agent_message", R"({"text":"parser"})");
  EXPECT_EQ(found("parser"), "3 2 1 ");
  EXPECT_EQ(found("parser", 2), "3 2 ");
}

// Whatever is typed, nobody sees an error of SQLite.
RC_GTEST_PROP(LogSearch, AnythingMayBeTyped, (std::string typed)) {
  static const std::vector<std::string> kPieces{"\"", "*",   "AND", "OR",  "NOT",  "NEAR(", ")",
                                                "(",  "-",   "^",   "{a}", "text", ":",     "+",
                                                " ",  "foo", "é",   "\\",  "'",    "\n"};
  for (const int piece : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20))) {
    typed += kPieces[static_cast<std::size_t>(piece)];
  }
  static LogSearchTest test;
  static const bool ready = (test.SetUp(), true);
  RC_ASSERT(ready);
  const auto found = search_log(test.view_of(), match_query(typed), 5);
  RC_ASSERT(found.ok());
}

TEST(LogHit, ShowsTheTextAroundTheWords) {
  Event event;
  event.seq = 7;
  event.type = "agent_message";
  event.actor = "user:ann";
  event.task = "t_1";
  event.data = {
      {"text", std::string(300, 'x') + " été\n\tThe Lock  is taken " + std::string(300, 'y')}};
  const json::object hit = log_hit(event, {"lock"});
  EXPECT_EQ(hit.at("seq"), 7);
  EXPECT_EQ(hit.at("task"), "t_1");
  const std::string excerpt(hit.at("excerpt").as_string());
  EXPECT_TRUE(excerpt.contains("été The Lock is taken yyy")) << excerpt;
  EXPECT_TRUE(excerpt.starts_with("…") && excerpt.ends_with("…")) << excerpt;
  EXPECT_LT(excerpt.size(), 260u);
  const json::object other = log_hit(event, {"nowhere"});
  EXPECT_TRUE(other.at("excerpt").as_string().starts_with("xxx"));
}

TEST(SearchedText, IsBoundedBetweenCharacters) {
  Event event;
  event.type = "tool_call";
  std::string text;
  while (text.size() < 2 * kSearchedTextBytesMax) text += "é";
  event.data = {{"phase", "started"}, {"tool", "write_file"}, {"input", {{"text", text}}}};
  const std::string searched = searched_text(event);
  EXPECT_LE(searched.size(), kSearchedTextBytesMax);
  EXPECT_GT(searched.size(), kSearchedTextBytesMax - 2);
  EXPECT_TRUE(searched.ends_with("é"));
}

}  // namespace
}  // namespace coditect::databases
