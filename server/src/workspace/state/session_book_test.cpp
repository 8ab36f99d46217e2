#include "workspace/state/session_book.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "coordination/test_log.h"

namespace coditect::workspace {
namespace {

using coditect::testing::TestLog;
using std::chrono::hours;

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

/// A SessionBook as TestLog wants it.
struct Sessions {
  SessionBook book;
  Result<void> apply(const Event& event) {
    book.apply(event);
    return {};
  }
};

std::vector<std::string> types_of(const std::vector<EventDraft>& drafts) {
  std::vector<std::string> types;
  for (const EventDraft& draft : drafts) types.push_back(draft.type);
  return types;
}

TEST(SessionBook, KeepsOneOpenWithTheFewestEvents) {
  using Types = std::vector<std::string>;
  const struct {
    hours after;  ///< the start of the session
    Types keep_open;
    Types renew;
  } cases[] = {
      {hours(0), {}, {"session_renewed"}},
      {hours(3), {}, {"session_renewed"}},
      {hours(4), {"session_renewed"}, {"session_renewed"}},
      {hours(7), {"session_renewed"}, {"session_renewed"}},
      {hours(8), {"session_expired", "session_started"}, {"session_expired", "session_started"}},
      {hours(99), {"session_expired", "session_started"}, {"session_expired", "session_started"}},
  };
  for (const auto& c : cases) {
    TestLog log;
    Sessions sessions;
    EXPECT_FALSE(sessions.book.current());
    log.record_all(sessions, sessions.book.keep_open(kNow, "s_1", "user:ann"));
    ASSERT_TRUE(sessions.book.current());
    EXPECT_EQ(sessions.book.current()->id, "s_1");
    EXPECT_EQ(sessions.book.current()->expires_at, kNow + limits::kSessionLength);

    const Time now = kNow + c.after;
    EXPECT_EQ(types_of(sessions.book.keep_open(now, "s_2", "user:ann")), c.keep_open);
    const auto drafts = sessions.book.renew(now, "s_2", "user:ann");
    EXPECT_EQ(types_of(drafts), c.renew);
    log.record_all(sessions, drafts);
    EXPECT_EQ(sessions.book.current()->id, c.after < hours(8) ? "s_1" : "s_2");
    EXPECT_EQ(sessions.book.current()->expires_at, now + limits::kSessionLength);
  }
}

TEST(SessionBook, AnExpiredSessionIsEndedByTheSystemUnderItsOwnName) {
  TestLog log;
  Sessions sessions;
  log.record_all(sessions, sessions.book.renew(kNow, "s_1", "user:ann"));
  const auto drafts = sessions.book.renew(kNow + hours(9), "s_2", "user:bob");
  ASSERT_EQ(drafts.size(), 2u);
  EXPECT_EQ(drafts[0].actor, "system");
  EXPECT_EQ(drafts[0].session, "s_1");
  EXPECT_EQ(drafts[1].actor, "user:bob");
  EXPECT_EQ(drafts[1].session, "s_2");
  log.record(sessions, drafts[0]);
  EXPECT_FALSE(sessions.book.current());
  EXPECT_TRUE(sessions.book.snapshot().empty());
}

}  // namespace
}  // namespace coditect::workspace
