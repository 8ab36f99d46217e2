#include "base/sealed_box.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect {
namespace {

SealKey key_of(unsigned char first) {
  SealKey key{};
  key[0] = first;
  return key;
}

RC_GTEST_PROP(SealedBox, OpensWithItsKeyInItsContextAndUnchanged,
              (std::string text, std::string context)) {
  const std::string sealed = seal(key_of(1), text, context);
  const auto opened = unseal(key_of(1), sealed, context);
  RC_ASSERT(opened.ok());
  RC_ASSERT(*opened == text);
  RC_ASSERT(!unseal(key_of(2), sealed, context));
  RC_ASSERT(!unseal(key_of(1), sealed, context + "x"));
  std::string changed = sealed;
  const auto at = *rc::gen::inRange<std::size_t>(0, changed.size());
  changed[at] = static_cast<char>(changed[at] ^ (1 << *rc::gen::inRange(0, 8)));
  RC_ASSERT(!unseal(key_of(1), changed, context));
  RC_ASSERT(!unseal(key_of(1), sealed.substr(0, at), context));
}

TEST(SealedBox, IsAnotherOneEachTime) {
  EXPECT_NE(seal(key_of(1), "text", "a"), seal(key_of(1), "text", "a"));
  EXPECT_FALSE(seal(key_of(1), "a long and readable text", "a").contains("readable"));
}

}  // namespace
}  // namespace coditect
