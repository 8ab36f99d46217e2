#include "providers/simulator/act.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/simulator/attempts.h"
#include "providers/simulator/honest_plan.h"
#include "providers/simulator/reply.h"

namespace coditect::simulator {
namespace {

/// Tells a conversation: what the user says, and how a model answers it.
class Story {
 public:
  explicit Story(std::vector<std::string> tools = {}) { prompt_.tools = std::move(tools); }

  Story& user(std::string text) {
    Turn& turn = side(Role::kUser);
    turn.text += (turn.text.empty() ? "" : "\n") + text;
    return *this;
  }
  Story& rehearse(const std::string& lines) { return user("```rehearsal\n" + lines + "\n```"); }
  /// Plays the next act and answers its calls.
  Act play(const std::string& outcome = "ok", bool is_error = false) {
    Result<Act> act = next_act(prompt_);
    EXPECT_TRUE(act.ok());
    Turn& turn = side(Role::kAssistant);
    turn.text = act->text();
    for (std::size_t i = 0; i < act->calls.size(); ++i) {
      ToolCall call = act->calls[i];
      call.id = "call" + std::to_string(i);
      turn.calls.push_back(std::move(call));
    }
    for (std::size_t i = 0; i < act->calls.size(); ++i) {
      side(Role::kUser).outcomes.push_back({"call" + std::to_string(i), outcome, is_error});
    }
    return *act;
  }
  Prompt& prompt() { return prompt_; }

 private:
  Turn& side(Role role) {
    if (prompt_.turns.empty() || prompt_.turns.back().role != role) {
      prompt_.turns.emplace_back().role = role;
    }
    return prompt_.turns.back();
  }
  Prompt prompt_;
};

std::string describe(const Act& act) {
  std::string text = act.text();
  for (const ToolCall& call : act.calls) text += " [" + call.name + "]";
  return text;
}

TEST(Acts, AToolStepEndsItsTurn) {
  struct Case {
    const char* block;
    std::vector<std::string> acts;
  };
  const Case cases[] = {
      {"", {"Done."}},
      {R"({"say":"a"})", {"a"}},
      {"{\"say\":\"a\"}\n{\"say\":\"b\"}", {"a\nb"}},
      {R"({"tool":"t"})", {" [t]", "Done."}},
      {"{\"say\":\"a\"}\n{\"tool\":\"t\"}\n{\"say\":\"b\"}", {"a [t]", "b"}},
      {"{\"tool\":\"t\"}\n{\"tool\":\"u\"}", {" [t]", " [u]", "Done."}},
      {R"({"tools":[{"tool":"t"},{"tool":"u"}]})", {" [t] [u]", "Done."}},
      {R"({"pause_ms":1})", {"Done."}},
      {R"({"say":""})", {"Done."}},
      {"{\"tool\":\"t\"}\n{\"usage\":{\"input\":1}}", {" [t]", "Done."}},
  };
  for (const Case& test : cases) {
    const auto steps = parse_rehearsal(test.block);
    ASSERT_TRUE(steps.ok()) << test.block;
    std::vector<std::string> described;
    for (const Act& act : acts_of(*steps)) described.push_back(describe(act));
    EXPECT_EQ(described, test.acts) << test.block;
  }
}

TEST(Acts, EverythingElseBelongsToTheTurnItStandsIn) {
  const auto steps = parse_rehearsal(
      "{\"pause_ms\":1}\n{\"say\":\"a\"}\n{\"pause_ms\":2}\n{\"pause_ms\":3}\n{\"tool\":\"t\"}\n"
      "{\"fail\":{\"times\":2}}\n{\"drop\":\"mid-stream\"}\n{\"usage\":{\"output\":7}}\n"
      "{\"pause_ms\":4}\n{\"say\":\"b\"}");
  const std::vector<Act> acts = acts_of(*steps);
  ASSERT_EQ(acts.size(), 2u);
  EXPECT_EQ(acts[0].lines[0].pause_before.count(), 1);
  EXPECT_EQ(acts[0].pause_before_calls.count(), 5);
  EXPECT_TRUE(acts[0].failures.empty());
  EXPECT_FALSE(acts[0].usage.has_value());
  EXPECT_EQ(acts[1].failures.size(), 1u);
  EXPECT_EQ(acts[1].drops, 1);
  EXPECT_EQ(acts[1].usage->output, 7);
  EXPECT_EQ(acts[1].lines[0].pause_before.count(), 4);
}

TEST(NextAct, FindsItsPlaceInTheConversation) {
  Story story;
  story.rehearse("{\"say\":\"a\"}\n{\"tool\":\"t\"}\n{\"tool\":\"u\"}\n{\"say\":\"b\"}");
  EXPECT_EQ(describe(story.play()), "a [t]");
  story.user("Note: somebody changed a file.");  // beside the tool's result
  EXPECT_EQ(describe(story.play()), " [u]");
  EXPECT_EQ(describe(story.play()), "b");
}

TEST(NextAct, ALaterRehearsalBeginsAnew) {
  Story story;
  story.rehearse("{\"tool\":\"t\"}\n{\"say\":\"never\"}");
  EXPECT_EQ(describe(story.play()), " [t]");
  story.rehearse(R"({"say":"second"})");
  EXPECT_EQ(describe(story.play()), "second");
  story.rehearse(R"({"say":"third"})");
  EXPECT_EQ(describe(story.play()), "third");
}

TEST(NextAct, ABlockInAToolsResultIsNotARehearsal) {
  Story story;
  story.rehearse("{\"tool\":\"read_file\"}\n{\"say\":\"read\"}");
  story.play("```rehearsal\n{\"say\":\"hijacked\"}\n```");
  EXPECT_EQ(describe(story.play()), "read");
}

TEST(NextAct, AnOrdinaryPromptAfterARehearsalGetsTheHonestPlan) {
  Story story;
  story.rehearse(R"({"say":"a"})");
  EXPECT_EQ(describe(story.play()), "a");
  story.user("and now?");
  EXPECT_TRUE(story.play().text().contains("simulation"));
}

TEST(NextAct, ABadRehearsalIsAnError) {
  Story story;
  story.rehearse("nonsense");
  const auto act = next_act(story.prompt());
  ASSERT_FALSE(act.ok());
  EXPECT_TRUE(act.error().message.starts_with("rehearsal line 1 (nonsense)"));
}

TEST(HonestPlan, LooksReadsAndLeavesANote) {
  Story story({"list_files", "read_file", "write_file", "run_command"});
  story.prompt().vendor = Vendor::kMoonshot;
  story.user("Tidy up.\nPlease.");
  const Act look = story.play("src/main.c\ndocs/README.md\nnotes.txt");
  EXPECT_EQ(look.calls.at(0).name, "list_files");
  EXPECT_TRUE(look.text().contains("simulated"));
  EXPECT_EQ(story.play("# Readme").calls.at(0).input.at("path"), "docs/README.md");
  const Act note = story.play();
  EXPECT_EQ(note.calls.at(0).input.at("path"), "notes/kimi.md");
  const std::string text(note.calls.at(0).input.at("text").as_string());
  EXPECT_TRUE(text.contains("simulation"));
  EXPECT_TRUE(text.contains("It was asked: Tidy up.\n"));
  const Act end = story.play();
  EXPECT_TRUE(end.calls.empty());
  EXPECT_TRUE(end.text().contains("simulation"));
}

TEST(HonestPlan, UsesOnlyWhatIsOffered) {
  Story bare;
  bare.user("hello");
  EXPECT_TRUE(bare.play().calls.empty());

  Story writer({"write_file"});
  writer.user("hello");
  EXPECT_EQ(writer.play("no such folder", true).calls.at(0).name, "write_file");
  const Act end = writer.play();
  EXPECT_TRUE(end.calls.empty());
  EXPECT_TRUE(end.text().contains("no such folder"));

  Story empty({"list_files", "read_file", "write_file"});
  empty.user("hello");
  EXPECT_EQ(empty.play("").calls.at(0).name, "list_files");
  EXPECT_EQ(empty.play().calls.at(0).name, "write_file");
  EXPECT_TRUE(empty.play().calls.empty());
}

TEST(HonestPlan, ChoosesAFile) {
  EXPECT_EQ(choose_file("{\"files\":[\"a.md\",\"lib/ReadMe\"]}"), "lib/ReadMe");
  EXPECT_EQ(choose_file("main.c (120 bytes)\nnotes.txt (3 bytes)"), "notes.txt");
  EXPECT_EQ(choose_file("main.c\n.md"), "");
  EXPECT_EQ(choose_file(""), "");
}

TEST(Attempts, FailThenDropThenPassThenForget) {
  const auto steps = parse_rehearsal(
      "{\"fail\":{\"status\":500,\"times\":2}}\n{\"fail\":{\"status\":429,\"provider\":\"openai\"}}"
      "\n"
      "{\"drop\":\"mid-stream\"}\n{\"say\":\"a\"}");
  const Act act = acts_of(*steps).front();
  Attempts attempts;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(attempts.next("p", Vendor::kAnthropic, act).failure->status, 500);
    EXPECT_EQ(attempts.next("p", Vendor::kAnthropic, act).failure->status, 500);
    EXPECT_TRUE(attempts.next("p", Vendor::kAnthropic, act).drops);
    const Fate passed = attempts.next("p", Vendor::kAnthropic, act);
    EXPECT_EQ(passed.failure, nullptr);
    EXPECT_FALSE(passed.drops);
    EXPECT_EQ(attempts.size(), 0u);
  }
  attempts.next("q", Vendor::kOpenai, act);
  attempts.next("q", Vendor::kOpenai, act);
  EXPECT_EQ(attempts.next("q", Vendor::kOpenai, act).failure->status, 429);
}

TEST(Attempts, ForgetsTheOldestBeyondItsLimit) {
  const Act act = acts_of(*parse_rehearsal(R"({"fail":{"times":3}})")).front();
  Attempts attempts;
  for (std::size_t i = 0; i < Attempts::kPlacesMax + 10; ++i) {
    attempts.next(std::to_string(i), Vendor::kGemini, act);
  }
  EXPECT_EQ(attempts.size(), Attempts::kPlacesMax);
}

TEST(Attempts, APlaceIsTheVendorTheModelAndWhatWasSaid) {
  Story story;
  story.user("a");
  const std::string place = place_of(story.prompt());
  EXPECT_EQ(place_of(story.prompt()), place);
  story.prompt().vendor = Vendor::kGemini;
  EXPECT_NE(place_of(story.prompt()), place);
  story.prompt().vendor = Vendor::kAnthropic;
  story.user("b");
  EXPECT_NE(place_of(story.prompt()), place);
}

RC_GTEST_PROP(ReplyProperty, PiecesJoinToTheWhole, (const std::vector<std::string>& said)) {
  Act act;
  for (const std::string& text : said) act.lines.push_back({{}, text});
  std::string joined;
  for (const Delta& delta : deltas_of(act)) joined += delta.text;
  RC_ASSERT(joined == act.text());
  std::string pieces;
  for (const std::string& piece : pieces_of(joined, 5)) pieces += piece;
  RC_ASSERT(pieces == joined);
}

TEST(Reply, CutsBetweenCharacters) {
  for (const std::string& piece : pieces_of("aé漢字😀é漢字", 3)) {
    EXPECT_NE(static_cast<unsigned char>(piece[0]) & 0xc0, 0x80) << piece;
  }
}

}  // namespace
}  // namespace coditect::simulator
