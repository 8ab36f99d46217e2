#include "protocols/mcp/request_state.h"

#include <gtest/gtest.h>

#include "protocols/mcp/limits.h"

namespace coditect::mcp {
namespace {

TEST(RequestState, ComesBackForTheSameRequestOnly) {
  ManualClock clock;
  const RequestState states(clock);
  const std::string sealed = states.seal("step 1", "tools/call a");
  EXPECT_EQ(sealed.find("step 1"), std::string::npos);
  ASSERT_TRUE(states.open(sealed, "tools/call a"));
  EXPECT_EQ(*states.open(sealed, "tools/call a"), "step 1");
  EXPECT_FALSE(states.open(sealed, "tools/call b"));
  EXPECT_FALSE(states.open(sealed + "-TAMPERED", "tools/call a"));
  EXPECT_FALSE(states.open("", "tools/call a"));
  std::string changed = sealed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(states.open(changed, "tools/call a"));
  const RequestState others(clock);
  EXPECT_FALSE(others.open(sealed, "tools/call a")) << "another server has another key";
}

TEST(RequestState, EndsAfterAWhile) {
  ManualClock clock;
  const RequestState states(clock);
  const std::string sealed = states.seal("x", "p");
  clock.advance(limits::kStateLife);
  EXPECT_TRUE(states.open(sealed, "p"));
  clock.advance(std::chrono::microseconds(1));
  EXPECT_FALSE(states.open(sealed, "p"));
}

}  // namespace
}  // namespace coditect::mcp
