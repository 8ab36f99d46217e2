#include "tools/sandbox/secret_mask.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::tools {
namespace {

TEST(SecretMask, ReplacesAValueInEveryFormItKnows) {
  const std::string value = "s3cr=t/va lue+\"'$x";
  const SecretMask mask({{"TOKEN", value}});
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"as it is", value},
      {"base64", "czNjcj10L3ZhIGx1ZSsiJyR4"},
      {"percent", "s3cr%3Dt%2Fva%20lue%2B%22%27%24x"},
      {"percent, small", "s3cr%3dt%2fva%20lue%2b%22%27%24x"},
      {"form", "s3cr%3Dt%2Fva+lue%2B%22%27%24x"},
      {"JSON", "s3cr=t/va lue+\\\"'$x"},
      {"declared by a shell", "s3cr=t/va lue+\\\"'\\$x"},
      {"quoted by a shell", "s3cr=t/va lue+\"'\\''$x"},
      {"hexadecimal", "733363723d742f7661206c75652b22272478"},
      {"hexadecimal, big", "733363723D742F7661206C75652B22272478"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(mask.masked("a " + each.text + " b"), "a [secret TOKEN] b") << each.name;
  }
}

TEST(SecretMask, FindsAValueInsideOfLongerBase64) {
  const SecretMask mask({{"TOKEN", "0123456789abcdef"}});
  // base64 of "u:0123456789abcdef", "us:…" and "use:…", and for URLs.
  for (const char* text : {"dTowMTIzNDU2Nzg5YWJjZGVm",
                           "dXM6MDEyMzQ1Njc4OWFiY2RlZg==", "dXNlOjAxMjM0NTY3ODlhYmNkZWY="}) {
    const std::string shown = mask.masked(text);
    EXPECT_TRUE(shown.contains("[secret TOKEN]")) << text << " " << shown;
    EXPECT_LT(shown.size(), std::string_view(text).size()) << shown;
  }
}

TEST(SecretMask, TakesTheLongestOfThoseThatBeginInOnePlace) {
  SecretMask mask({{"SHORT", "0123456789"}, {"LONG", "0123456789abcdef"}});
  EXPECT_EQ(mask.masked("0123456789abcdef 0123456789"), "[secret LONG] [secret SHORT]");
  EXPECT_EQ(mask.take("0123456789") + mask.take("abcd") + mask.take("ef"), "[secret LONG]");
  EXPECT_EQ(mask.take("0123456789") + mask.take("ab ") + mask.finish(), "[secret SHORT]ab ");
}

TEST(SecretMask, FindsTheLinesOfAKey) {
  const SecretMask mask(
      {{"KEY", "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n"}});
  EXPECT_EQ(mask.masked("> MIIEvQIBADANBgkqhkiG <"), "> [secret KEY] <");
}

TEST(SecretMask, FindsANameThatLostItsCase) {
  const SecretMask mask({{"TOKEN", "AbCdEfGh12"}});
  EXPECT_EQ(mask.masked_name("abcdefgh12.evil.example"), "[secret TOKEN]");
  EXPECT_EQ(mask.masked_name("registry.example"), "registry.example");
}

TEST(SecretMask, HoldsNothingBackThatIsDecided) {
  SecretMask mask({{"TOKEN", "0123456789"}});
  EXPECT_EQ(mask.take("abc 01234"), "abc ");
  EXPECT_EQ(mask.take("x"), "01234x");
  EXPECT_EQ(mask.take("0123456789"), "[secret TOKEN]");
  EXPECT_EQ(mask.take("0123"), "");
  EXPECT_EQ(mask.finish(), "0123");
}

/// Few letters, so that values overlap with themselves, with one another and with the text.
std::string word(std::size_t least, std::size_t most) {
  const auto size = *rc::gen::inRange(least, most);
  return *rc::gen::container<std::string>(size, rc::gen::element('a', 'b', '\n', '%'));
}

RC_GTEST_PROP(SecretMask, IsTheSameHoweverTheStreamIsCut, ()) {
  const std::vector<Secret> secrets{{"ONE", word(8, 12)}, {"TWO", word(8, 20)}};
  std::string text;
  for (int piece = *rc::gen::inRange(0, 8); piece > 0; --piece) {
    text += *rc::gen::element(word(0, 9), secrets[0].value, secrets[1].value,
                              secrets[1].value.substr(0, 7));
  }
  const std::string whole = SecretMask(secrets).masked(text);
  SecretMask mask(secrets);
  std::string pieces;
  for (std::string_view rest = text; !rest.empty();) {
    const auto size = std::min<std::size_t>(rest.size(), *rc::gen::inRange<std::size_t>(1, 12));
    pieces += mask.take(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  pieces += mask.finish();
  RC_ASSERT(pieces == whole);
}

RC_GTEST_PROP(SecretMask, LeavesNoValueInWhatItShows, ()) {
  const std::vector<Secret> secrets{{"ONE", word(8, 12)}, {"TWO", word(8, 20)}};
  std::string text = word(0, 30);
  for (int piece = *rc::gen::inRange(1, 6); piece > 0; --piece) {
    text += *rc::gen::element(secrets[0].value, secrets[1].value) + word(0, 5);
  }
  const std::string shown = SecretMask(secrets).masked(text);
  for (const Secret& secret : secrets) RC_ASSERT(!shown.contains(secret.value));
}

}  // namespace
}  // namespace coditect::tools
