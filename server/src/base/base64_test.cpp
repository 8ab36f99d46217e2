#include "base/base64.h"

#include <gtest/gtest.h>

namespace coditect {
namespace {

TEST(Base64, ReadsWhatItWrites) {
  for (const char* text : {"", "a", "ab", "abc", "Hello, \xe4\xb8\x96", "\n\n"}) {
    const auto read = from_base64(to_base64(text));
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, text);
  }
  EXPECT_EQ(to_base64("Hello"), "SGVsbG8=");
}

TEST(Base64, RefusesWhatNobodyWouldWrite) {
  for (const char* text : {"SGVsbG8", "SGVs!!!bG8=", "====", "A===", " SGVsbG8=", "SGVsbG8=\n",
                           "SGVsbG9=", "SG=sbG8="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace coditect
