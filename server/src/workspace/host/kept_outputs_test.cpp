#include "workspace/host/kept_outputs.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

TEST(KeptOutputs, TheSameTextHasTheSameName) {
  KeptOutputs outputs;
  const std::string a = outputs.keep("a");
  EXPECT_NE(outputs.keep("b"), a);
  EXPECT_EQ(outputs.keep("a"), a);
  EXPECT_EQ(*outputs.find(a), "a");
  const auto missing = outputs.find("o_never");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_FALSE(missing.error().hint.empty());
}

TEST(KeptOutputs, TheOldestMakesWay) {
  KeptOutputs outputs;
  const std::string half((KeptOutputs::kBytesMax / 2) + 1, 'x');
  const std::string first = outputs.keep(half + "1");
  const std::string second = outputs.keep(half.substr(2) + "2");
  EXPECT_FALSE(outputs.find(first)) << "two and a bit do not fit";
  EXPECT_TRUE(outputs.find(second));
  outputs.keep(half.substr(2) + "2");
  outputs.keep("small");
  EXPECT_TRUE(outputs.find(second)) << "kept twice, it counts once";
  const std::string huge = outputs.keep(std::string(KeptOutputs::kBytesMax + 1, 'y'));
  EXPECT_TRUE(outputs.find(huge)) << "the newest stays, whatever its size";
  EXPECT_FALSE(outputs.find(second));
}

}  // namespace
}  // namespace coditect::workspace
