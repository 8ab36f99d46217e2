#include "agents/compaction.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "agents/compaction_limits.h"

namespace coditect::agents {
namespace {

using providers::Block;
using providers::Reasoning;
using providers::Role;
using providers::TextBlock;
using providers::ToolCall;
using providers::ToolResult;
using providers::Turn;

Turn task() { return {Role::kUser, {TextBlock{"the task"}}}; }

providers::VendorItem signature(int number) {
  return {providers::ProviderKind::kAnthropic, "m", {{"signature", number}}};
}

Turn asks(int number, int calls = 1) {
  Turn turn{Role::kAssistant, {Reasoning{"hm", signature(number)}}};
  for (int i = 0; i < calls; ++i) {
    turn.blocks.push_back(ToolCall{"c" + std::to_string(i), "read_file", {{"path", number}}});
  }
  return turn;
}

Turn gets(std::size_t bytes, int calls = 1) {
  Turn turn{Role::kUser, {}};
  for (int i = 0; i < calls; ++i) {
    turn.blocks.push_back(
        ToolResult{"c" + std::to_string(i), "read_file", std::string(bytes, 'x')});
  }
  return turn;
}

std::size_t output_bytes(const Turn& turn) {
  return std::get<ToolResult>(turn.blocks.at(0)).output.size();
}

/// Everything in a turn that its model must get back as it gave it.
std::string fingerprint(const Turn& turn) {
  std::string text;
  for (const Block& block : turn.blocks) {
    if (const auto* thought = std::get_if<Reasoning>(&block)) {
      text += "thought " + json::serialize(thought->echo->item) + "\n";
    }
    if (const auto* call = std::get_if<ToolCall>(&block)) {
      text += "call " + call->id + json::serialize(call->input) + "\n";
    }
  }
  return text;
}

/// What every vendor demands of a conversation.
bool is_valid(const Turns& turns) {
  if (turns.empty() || turns.front().role != Role::kUser) return false;
  const Turns joined = providers::alternating(turns);
  if (joined.back().role != Role::kUser) return false;
  std::vector<std::string> open;
  for (const Turn& turn : joined) {
    std::vector<std::string> answered;
    for (const Block& block : turn.blocks) {
      if (const auto* result = std::get_if<ToolResult>(&block)) answered.push_back(result->call_id);
    }
    if (turn.role == Role::kUser && answered != open) return false;
    open.clear();
    for (const Block& block : turn.blocks) {
      if (const auto* call = std::get_if<ToolCall>(&block)) open.push_back(call->id);
    }
  }
  return true;
}

TEST(Compaction, ShortensOldOutputsAndSaysSo) {
  const std::size_t large = 10 * limits::kOldOutputBytesMax;
  Turns turns{task()};
  for (const std::size_t bytes : {large, limits::kOldOutputBytesMax, large, large}) {
    turns.push_back(asks(0));
    turns.push_back(gets(bytes));
  }
  EXPECT_EQ(shorten_outputs(turns), 1u);
  EXPECT_LT(output_bytes(turns[2]), limits::kOldOutputBytesMax);
  EXPECT_TRUE(std::get<ToolResult>(turns[2].blocks[0]).output.contains("call the tool again"));
  EXPECT_EQ(output_bytes(turns[4]), limits::kOldOutputBytesMax) << "this one is short enough";
  EXPECT_EQ(output_bytes(turns[6]), large) << "the two newest answers are kept whole";
  EXPECT_EQ(output_bytes(turns[8]), large);
  EXPECT_EQ(shorten_outputs(turns), 0u) << "a second time there is nothing to do";
}

TEST(Compaction, TheTailBeginsWithAnAnswerAndFits) {
  Turns turns{task(), asks(1), gets(5'000), asks(2), gets(5'000), asks(3), gets(5'000)};
  EXPECT_EQ(tail_begin(turns, 1'000), turns.size()) << "not even the newest fits";
  EXPECT_EQ(tail_begin(turns, 8'000), 5u);
  EXPECT_EQ(tail_begin(turns, 14'000), 3u);
  EXPECT_EQ(tail_begin(turns, 1'000'000), 1u) << "the task is never part of it";
  // An answer in two pieces is one: they are joined when they are sent.
  turns.insert(turns.begin() + 5, asks(2, 0));
  turns.insert(turns.begin() + 5, asks(2, 0));
  turns.erase(turns.begin() + 4);
  EXPECT_EQ(tail_begin(turns, 8'000), 3u);
}

TEST(Compaction, ASecondSummaryTakesTheFirstOnesPlace) {
  const Turns turns{task(), asks(1), gets(10), asks(2), gets(10)};
  const Turns once = with_summary(task(), turns, 3, "first summary");
  ASSERT_EQ(once.size(), 3u);
  EXPECT_EQ(fingerprint(once[1]), fingerprint(turns[3]));
  const Turns twice = with_summary(task(), once, once.size(), "second summary");
  ASSERT_EQ(twice.size(), 1u);
  ASSERT_EQ(twice[0].blocks.size(), 2u);
  EXPECT_EQ(std::get<TextBlock>(twice[0].blocks[0]).text, "the task");
  EXPECT_TRUE(std::get<TextBlock>(twice[0].blocks[1]).text.contains("second summary"));
  EXPECT_FALSE(std::get<TextBlock>(twice[0].blocks[1]).text.contains("first summary"));
}

int below(int beyond) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond)); }

/// A conversation of answers with calls and their results, pieces of answers, and what a loop says
/// in between; it ends with the user's turn.
Turns any_conversation() {
  Turns turns{task()};
  for (int i = 0, answers = below(12); i < answers; ++i) {
    const int calls = below(3);
    turns.push_back(asks(i, calls));
    // Without a call the answer goes on in a further piece, or the loop says so.
    if (calls > 0) turns.push_back(gets(static_cast<std::size_t>(below(9'000)), calls));
    if (calls == 0 && below(2) == 0) turns.push_back({Role::kUser, {TextBlock{"go on"}}});
    if (below(4) == 0) turns.push_back({Role::kUser, {TextBlock{"notice"}}});
  }
  if (turns.back().role == Role::kAssistant) turns.push_back({Role::kUser, {TextBlock{"go on"}}});
  return turns;
}

RC_GTEST_PROP(CompactionProperty, EveryVendorStillTakesIt, ()) {
  const Turns before = any_conversation();
  RC_ASSERT(is_valid(before));
  Turns turns = before;
  shorten_outputs(turns);
  RC_ASSERT(is_valid(turns));
  RC_ASSERT(turns.size() == before.size());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    RC_ASSERT(fingerprint(turns[i]) == fingerprint(before[i]));
    RC_ASSERT(turn_bytes(turns[i]) <= turn_bytes(before[i]));
  }
  const auto room = static_cast<std::size_t>(below(40'000));
  const std::size_t tail = tail_begin(turns, room);
  RC_ASSERT(tail >= 1);
  RC_ASSERT(tail <= turns.size());
  const Turns compacted = with_summary(before.front(), turns, tail, "summary");
  RC_ASSERT(is_valid(compacted));
  RC_ASSERT(compacted.size() == 1 + turns.size() - tail);
  std::size_t kept = 0;
  for (std::size_t i = tail; i < turns.size(); ++i) {
    kept += turn_bytes(turns[i]);
    RC_ASSERT(fingerprint(compacted[i - tail + 1]) == fingerprint(before[i]));
  }
  RC_ASSERT(kept <= room);
  // What goes is a conversation too: it is what the summary is asked of.
  Turns gone(turns.begin(), turns.begin() + static_cast<std::ptrdiff_t>(tail));
  RC_ASSERT(is_valid(gone));
}

TEST(Compaction, TheTasksOwnTurnIsAllButTheSummary) {
  const providers::ImageBlock image{"h", "image/png"};
  const Turn first{Role::kUser, {TextBlock{"the task"}, image, TextBlock{"what a person said"}}};
  const Turn summed_up = with_summary(first, {first}, 1, "a summary").front();
  ASSERT_EQ(summed_up.blocks.size(), 4u);
  const Turn own = without_summary(summed_up);
  ASSERT_EQ(own.blocks.size(), 3u);
  EXPECT_EQ(std::get<TextBlock>(own.blocks[0]).text, "the task");
  EXPECT_EQ(std::get<providers::ImageBlock>(own.blocks[1]).hash, "h");
  EXPECT_EQ(std::get<TextBlock>(own.blocks[2]).text, "what a person said");
}

}  // namespace
}  // namespace coditect::agents
