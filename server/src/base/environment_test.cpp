#include "base/environment.h"

#include <gtest/gtest.h>

namespace coditect {
namespace {

TEST(Environment, ReadsVariablesAsTheSystemKeepsThem) {
  const char* const variables[] = {"A=1",   "EMPTY=", "TWICE=first", "TWICE=second",
                                   "B=x=y", "NONE",   "=odd",        nullptr};
  const Environment environment(variables);
  EXPECT_EQ(environment.find("A"), "1");
  EXPECT_EQ(environment.find("B"), "x=y");
  EXPECT_EQ(environment.find("TWICE"), "first");
  for (const char* name : {"EMPTY", "NONE", "a", "A=1", "MISSING"}) {
    EXPECT_EQ(environment.find(name), std::nullopt) << name;
  }
  EXPECT_EQ(environment.pick({"B", "EMPTY", "MISSING", "A"}),
            (std::vector<std::string>{"B=x=y", "A=1"}));
  EXPECT_EQ(Environment().find("A"), std::nullopt);
}

}  // namespace
}  // namespace coditect
