#include "coordination/approvals/desk.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "coordination/test_log.h"

namespace coditect::approvals {
namespace {

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

class DeskTest : public ::testing::Test {
 public:
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    if (draft->actor.empty()) draft->actor = "user:ann";
    log.record(desk, *std::move(draft), kNow);
  }
  void ask(const std::string& id) {
    record(desk.request(
        {id, "claude", "t_1", "edit_file", {{"path", "a"}}, "the mode is ask", kNow, {}}));
  }

  testing::TestLog log;
  Desk desk;
};

TEST_F(DeskTest, TheFirstAnswerHolds) {
  ask("a_1");
  EXPECT_EQ(desk.open().at("a_1").expires_at, kNow + kTimeoutDefault);
  record(desk.answer("a_1", Decision::kDeny, "not there", "user:ann"));
  const auto late = desk.answer("a_1", Decision::kAllow, "", "user:bob");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kConflict);
  EXPECT_NE(late.error().message.find("user:ann said deny"), std::string::npos);
  EXPECT_EQ(desk.expire("a_1", Expiry::kTimeout, Decision::kDeny).error().code, Errc::kConflict);
  const Answer* answer = desk.ended("a_1");
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->decision, Decision::kDeny);
  EXPECT_EQ(answer->by, "user:ann");
  EXPECT_EQ(answer->note, "not there");
  EXPECT_TRUE(desk.open().empty());
}

TEST_F(DeskTest, RefusesWhatNobodyAskedAndWhatIsNoAnswer) {
  EXPECT_EQ(desk.answer("a_1", Decision::kAllow, "", "user:ann").error().code, Errc::kNotFound);
  ask("a_1");
  EXPECT_EQ(desk.answer("a_1", Decision::kAsk, "", "user:ann").error().code, Errc::kInvalid);
  const std::string longest(kNoteBytesMax + 1, 'x');
  EXPECT_EQ(desk.answer("a_1", Decision::kAllow, longest, "user:ann").error().code, Errc::kInvalid);
  EXPECT_EQ(desk.expire("a_1", Expiry::kPolicy, Decision::kAsk).error().code, Errc::kInvalid);
  EXPECT_EQ(desk.request(desk.open().at("a_1")).error().code, Errc::kInvalid) << "the id is taken";
}

TEST_F(DeskTest, AWaitForALockIsAnsweredInItsOwnWords) {
  Approval wait{"a_1", "claude", "t_1", "lock", {{"path", "a"}}, "it waits", kNow, {}, Kind::kLock};
  record(desk.request(wait));
  ask("a_2");
  const Event asked = log.events().at(0);
  EXPECT_EQ(find_string(asked.data, "kind"), "lock");
  EXPECT_EQ(*find_array(asked.data, "choices"), (json::array{"approve", "wait", "cancel"}));
  EXPECT_FALSE(log.events().at(1).data.contains("choices"));
  EXPECT_EQ(testing::text_of(testing::restored(desk)), testing::text_of(desk));
  record(desk.answer("a_1", Decision::kAsk, "it is nearly done", "user:ann"));
  EXPECT_EQ(find_string(log.events().back().data, "decision"), "wait");
  EXPECT_EQ(desk.ended("a_1")->decision, Decision::kAsk);
  const auto late = desk.answer("a_1", Decision::kAllow, "", "user:bob");
  EXPECT_NE(late.error().message.find("user:ann said wait"), std::string::npos);
  wait.id = "a_3";
  record(desk.request(wait));
  record(desk.expire("a_3", Expiry::kTimeout, Decision::kAsk));
  EXPECT_EQ(find_string(log.events().back().data, "decision"), "wait");
  wait.id = "a_4";
  record(desk.request(wait));
  log.record_all(desk, desk.recover(), kNow);
  EXPECT_EQ(find_string(log.events().at(log.events().size() - 2).data, "decision"), "deny");
  EXPECT_EQ(find_string(log.events().back().data, "decision"), "wait");
  EXPECT_EQ(testing::text_of(testing::restored(desk)), testing::text_of(desk));
}

TEST(ApprovalKind, NoWordMeansTwoThings) {
  for (const char* word : {"allow", "deny", "approve", "wait", "cancel"}) {
    EXPECT_TRUE(parse_answer_word(word)) << word;
    EXPECT_NE(parse_answer_word(Kind::kCall, word).ok(), parse_answer_word(Kind::kLock, word).ok());
  }
  EXPECT_FALSE(parse_answer_word("ask"));
  EXPECT_FALSE(parse_answer_word(Kind::kCall, "ask"));
}

TEST_F(DeskTest, AfterAStartEverythingOpenHasExpired) {
  ask("a_1");
  ask("a_2");
  record(desk.answer("a_1", Decision::kAllow, "", "user:ann"));
  log.record_all(desk, desk.recover());
  EXPECT_TRUE(desk.open().empty());
  EXPECT_EQ(desk.ended("a_2")->expired, "interrupted");
  EXPECT_EQ(desk.ended("a_2")->decision, Decision::kDeny);
  EXPECT_TRUE(desk.ended("a_1")->expired.empty());
  EXPECT_TRUE(desk.recover().empty());
}

TEST_F(DeskTest, ThePolicyIsWhatTheEventsSay) {
  record(mode_event({}, Mode::kAsk));
  record(mode_event("kimi", Mode::kReadOnly));
  record(mode_event("claude", Mode::kFull));
  record(mode_event("claude", {}));
  record(timeout_event(std::chrono::seconds(5)));
  EXPECT_EQ(desk.policy().mode_of("claude"), Mode::kAsk);
  EXPECT_EQ(desk.policy().mode_of("kimi"), Mode::kReadOnly);
  EXPECT_EQ(desk.policy_seq(), 5u);
  ask("a_1");
  EXPECT_EQ(desk.open().at("a_1").expires_at, kNow + std::chrono::seconds(5));
  EXPECT_EQ(desk.policy_seq(), 5u) << "a question changes no policy";
  EXPECT_FALSE(timeout_event(kTimeoutMin - std::chrono::seconds(1)));
  EXPECT_FALSE(timeout_event(kTimeoutMax + std::chrono::seconds(1)));
}

TEST_F(DeskTest, ForgetsHowTheOldestEnded) {
  for (std::size_t i = 0; i <= kClosedKept; ++i) {
    const std::string id = "a_" + std::to_string(i);
    ask(id);
    record(desk.answer(id, Decision::kAllow, "", "user:ann"));
  }
  EXPECT_EQ(desk.ended("a_0"), nullptr);
  EXPECT_NE(desk.ended("a_1"), nullptr);
}

TEST_F(DeskTest, RefusesALogThatContradictsItself) {
  Event event;
  event.type = "approval_answered";
  event.data = {{"id", "a_1"}, {"agent", "claude"}, {"decision", "allow"}};
  EXPECT_FALSE(desk.apply(event)) << "nobody asked";
  event.type = "approval_mode_set";
  event.data = {{"mode", "wild"}};
  EXPECT_FALSE(desk.apply(event));
  event.data = {};
  EXPECT_FALSE(desk.apply(event));
  ask("a_2");
  EXPECT_FALSE(desk.apply(log.events().front())) << "asked twice";
  record(desk.answer("a_2", Decision::kAllow, "", "user:ann"));
  EXPECT_FALSE(desk.apply(log.events().front())) << "asked again after its end";
  event.type = "approval_of_a_later_version";
  EXPECT_TRUE(desk.apply(event));
}

TEST(ApprovalInput, LongTextsAreCutAtACharacterAndSayHowLongTheyWere) {
  std::string text(kShownBytesMax - 1, 'x');
  text += "éé";
  const json::object shown = shown_input({{"path", "a"}, {"text", text}, {"n", 1}});
  EXPECT_EQ(shown.at("path").as_string(), "a");
  EXPECT_EQ(shown.at("n").as_int64(), 1);
  EXPECT_EQ(shown.at("text").as_string(), std::string(kShownBytesMax - 1, 'x') + "\n[" +
                                              std::to_string(text.size()) + " bytes in all]");
}

/// Whatever people, agents, clocks and restarts do in whatever order: each question ends once, by
/// the first that ended it, and the log alone says the same.
RC_GTEST_PROP(DeskProperty, EveryQuestionEndsOnceAndTheLogSaysHow, ()) {
  const auto below = [](int beyond) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond));
  };
  testing::TestLog log;
  Desk desk;
  std::map<std::string, std::string> ends;  // by id; "" while it is open
  for (int step = 0; step < 40; ++step) {
    const std::string id = "a_" + std::to_string(below(6));
    const bool is_open = ends.contains(id) && ends[id].empty();
    const auto decision = below(2) == 0 ? Decision::kAllow : Decision::kDeny;
    switch (below(5)) {
      case 0: {
        auto asked = desk.request({id, "claude", "t_1", "git", {}, "why", kNow, {}});
        RC_ASSERT(asked.ok() == !ends.contains(id));
        if (asked) log.record(desk, *std::move(asked));
        ends.try_emplace(id);
        break;
      }
      case 1: {
        auto answered = desk.answer(id, decision, "", "user:" + std::to_string(step));
        RC_ASSERT(answered.ok() == is_open);
        if (!answered) break;
        log.record(desk, *std::move(answered));
        ends[id] = "user:" + std::to_string(step) + std::string(to_string(decision));
        break;
      }
      case 2: {
        auto expired = desk.expire(id, Expiry::kTimeout, decision);
        RC_ASSERT(expired.ok() == is_open);
        if (!expired) break;
        log.record(desk, *std::move(expired));
        ends[id] = "timeout" + std::string(to_string(decision));
        break;
      }
      case 3:
        log.record_all(desk, desk.recover());
        for (auto& [other, end] : ends) {
          if (end.empty()) end = "interrupteddeny";
        }
        break;
      default: desk = testing::restored(desk); break;
    }
  }
  for (const auto& [id, end] : ends) {
    RC_ASSERT(desk.open().contains(id) == end.empty());
    const Answer* answer = desk.ended(id);
    RC_ASSERT((answer == nullptr) == end.empty());
    if (answer == nullptr) continue;
    RC_ASSERT(answer->by + answer->expired + std::string(to_string(answer->decision)) == end);
  }
  Desk replayed;
  log.replay(replayed);
  RC_ASSERT(testing::text_of(replayed) == testing::text_of(desk));
}

}  // namespace
}  // namespace coditect::approvals
