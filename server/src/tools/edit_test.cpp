#include "tools/edit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tools/near_miss.h"

namespace coditect::tools {
namespace {

TEST(ApplyEditTest, ReplacesTheOnlyOccurrence) {
  struct Case {
    const char* name;
    const char* text;
    const char* old_text;
    const char* new_text;
    const char* after;
    std::size_t line;
  };
  const Case cases[] = {
      {"a word", "one two three", "two", "2", "one 2 three", 1},
      {"removal", "a\nb\nc\n", "b\n", "", "a\nc\n", 2},
      {"across lines", "a\nb\nc\n", "b\nc", "x", "a\nx\n", 2},
      {"everything", "all", "all", "nothing", "nothing", 1},
      {"at the end", "a\nb", "b", "bb", "a\nbb", 2},
  };
  for (const Case& each : cases) {
    auto applied = apply_edit(each.text, each.old_text, each.new_text);
    ASSERT_TRUE(applied) << each.name;
    EXPECT_EQ(applied->text, each.after) << each.name;
    EXPECT_EQ(applied->line, each.line) << each.name;
  }
}

TEST(ApplyEditTest, RefusesAndSaysWhatToDo) {
  struct Case {
    const char* name;
    const char* text;
    const char* old_text;
    const char* new_text;
    Errc code;
    const char* says;  // in message or hint
  };
  const Case cases[] = {
      {"empty old", "a", "", "b", Errc::kInvalid, "write_file"},
      {"no change", "a", "a", "a", Errc::kInvalid, "nothing would change"},
      {"twice", "x = 1\ny = 2\nx = 1\n", "x = 1", "x = 3", Errc::kConflict,
       "2 times, at lines 1, 3"},
      {"overlapping", "aaa", "aa", "b", Errc::kConflict, "2 times"},
      {"very often", "a a a a a a a a a a a a", "a", "b", Errc::kConflict, "12 times"},
      {"empty file", "", "a", "b", Errc::kNotFound, "empty"},
      {"tabs", "if (x) {\n\treturn;\n}\n", "if (x) {\n  return;\n}", "", Errc::kNotFound,
       "uses tabs where you wrote blanks"},
      {"blanks", "if (x) {\n  return;\n}\n", "if (x) {\n\treturn;\n}", "", Errc::kNotFound,
       "uses blanks where you wrote tabs"},
      {"line ends", "a b\r\nc d\r\n", "a b\nc d\n", "", Errc::kNotFound, "\\r\\n"},
      {"indentation", "  total += price;\n", "    total += price;\n", "", Errc::kNotFound,
       "only white space differs"},
      {"line numbers", "alpha();\nbeta();\n", "1: alpha();\n2: beta();\n", "x", Errc::kNotFound,
       "leave the line numbers out"},
      {"similar", "int total = sum(prices);\n", "int total = sum(price);\n", "", Errc::kNotFound,
       "int total = sum(prices);"},
      {"nothing alike", "aaaa bbbb\n", "xyz", "", Errc::kNotFound,
       "nothing in the file is similar"},
  };
  for (const Case& each : cases) {
    auto applied = apply_edit(each.text, each.old_text, each.new_text);
    ASSERT_FALSE(applied) << each.name;
    EXPECT_EQ(applied.error().code, each.code) << each.name;
    const std::string all = applied.error().message + " " + applied.error().hint;
    EXPECT_NE(all.find(each.says), std::string::npos) << each.name << ": " << all;
  }
}

TEST(ApplyEditTest, IsTheReplacementOfTheUniqueOccurrence) {
  EXPECT_TRUE(rc::check([] {
    const auto words = rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n'));
    const std::string before = *words;
    const std::string old_text = *rc::gen::nonEmpty(words);
    const std::string after = *words;
    const std::string new_text = *rc::gen::distinctFrom(words, old_text);
    const std::string text = before + old_text + after;
    const bool unique = text.find(old_text) == before.size() &&
                        text.find(old_text, before.size() + 1) == std::string::npos;
    auto applied = apply_edit(text, old_text, new_text);
    RC_CLASSIFY(unique);
    RC_ASSERT(applied.ok() == unique);
    if (unique) {
      RC_ASSERT(applied->text == before + new_text + after);
      RC_ASSERT(applied->at == before.size());
    } else {
      RC_ASSERT(applied.error().code == Errc::kConflict);
    }
  }));
}

TEST(ApplyEditTest, NeverFindsWhatIsNotThere) {
  EXPECT_TRUE(rc::check([](const std::string& text, const std::string& old_text) {
    RC_PRE(!old_text.empty() && text.find(old_text) == std::string::npos);
    auto applied = apply_edit(text, old_text, old_text + "x");
    RC_ASSERT(!applied.ok());
    RC_ASSERT(applied.error().message.size() < 10'000u);
  }));
}

TEST(NearMissTest, PrefersTheRegionWithMostLinesInCommon) {
  const std::string text =
      "void a() {\n  start();\n}\nvoid b() {\n  start();\n  work();\n  end();\n}\n";
  const auto miss = find_near_miss(text, "void b() {\n  start();\n  rest();\n  end();\n}\n");
  ASSERT_TRUE(miss);
  EXPECT_EQ(miss->first_line, 4u);
  EXPECT_EQ(miss->last_line, 8u);
  EXPECT_EQ(miss->text, "void b() {\n  start();\n  work();\n  end();\n}\n");
  EXPECT_EQ(miss->hint, "");
}

TEST(NearMissTest, BoundsWhatItShows) {
  const std::string line = std::string(100'000, 'x') + "\n";
  const auto miss = find_near_miss(line, std::string(100'000, 'x') + "y\n");
  ASSERT_TRUE(miss);
  EXPECT_LT(miss->text.size(), 3000u);
}

TEST(SimilarityTest, IsOneForEqualLinesAndSymmetric) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b) {
    RC_ASSERT(similarity(a, a) == 1.0);
    RC_ASSERT(similarity(a, b) == similarity(b, a));
    RC_ASSERT(similarity(a, b) >= 0.0);
    RC_ASSERT(similarity(a, b) <= 1.0);
  }));
}

}  // namespace
}  // namespace coditect::tools
