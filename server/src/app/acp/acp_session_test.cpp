#include "app/acp/acp_session.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

TEST(AcpSession, ShowsEachPieceOfAnAnswerOnce) {
  AcpSession::Running running;
  EXPECT_EQ(unshown(running, "Hel"), "Hel");
  EXPECT_EQ(unshown(running, "Hello"), "lo");
  EXPECT_EQ(unshown(running, "Hell"), "") << "previews may be late";
  EXPECT_EQ(unshown_message(running, "Hello, you"), ", you");
  EXPECT_EQ(unshown(running, "Hello, you"), "");
  EXPECT_EQ(running.answered, "Hello, you");
}

TEST(AcpSession, OneAnswerMayBeSeveralMessages) {
  AcpSession::Running running;
  EXPECT_EQ(unshown(running, "One. Two."), "One. Two.");
  EXPECT_EQ(unshown_message(running, "One. "), "");
  EXPECT_EQ(unshown_message(running, "Two. Three."), " Three.");
  EXPECT_EQ(running.answered, "One. \nTwo. Three.");
}

TEST(AcpSession, AnAnswerThatBeginsAnewIsShownWhole) {
  AcpSession::Running running;
  EXPECT_EQ(unshown(running, "First try"), "First try");
  EXPECT_EQ(unshown(running, "Sec"), "Sec");
  EXPECT_EQ(unshown_message(running, "Second"), "ond");
  AcpSession::Running broken;
  EXPECT_EQ(unshown(broken, "First try"), "First try");
  EXPECT_EQ(unshown_message(broken, "Second"), "\nSecond");
}

}  // namespace
}  // namespace coditect::app
