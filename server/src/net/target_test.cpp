#include "net/target.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/listen_address.h"

namespace coditect::net {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST(Target, Decodes) {
  struct Case {
    const char* target;
    const char* path;
    Query query;
  };
  const Case cases[] = {
      {"/", "/", {}},
      {"/a/b", "/a/b", {}},
      {"/a/b/", "/a/b/", {}},
      {"//a///b", "/a/b", {}},
      {"/a/./b/../c", "/a/c", {}},
      {"/a/%2e%2E/c", "/c", {}},
      {"/a/..", "/", {}},
      {"/caf%C3%A9", "/caf\xC3\xA9", {}},
      {"/models/m%3Agenerate", "/models/m:generate", {}},
      {"/a?", "/a", {}},
      {"/a?b=c&d", "/a", {{"b", "c"}, {"d", ""}}},
      {"/a?b=1+2%2B3&&b=", "/a", {{"b", "1 2+3"}, {"b", ""}}},
      {"/a?b=c=d", "/a", {{"b", "c=d"}}},
      {"/a?b=%00", "/a", {{"b", std::string(1, '\0')}}},
      {"/a#top", "/a", {}},
      {"http://host:1/a?b", "/a", {{"b", ""}}},
      {"HTTP://host", "/", {}},
      {"http://host?x=1", "/", {{"x", "1"}}},
  };
  for (const Case& test : cases) {
    const auto parsed = parse_target(test.target);
    ASSERT_TRUE(parsed.ok()) << test.target;
    EXPECT_EQ(parsed->path, test.path) << test.target;
    EXPECT_EQ(parsed->query, test.query) << test.target;
  }
}

TEST(Target, Refuses) {
  const char* const targets[] = {"",         "a",           "*",      "host:80",   "/..",
                                 "/a/../..", "/%2e%2e/etc", "/a%00b", "/a%0ab",    "/a%7f",
                                 "/a%2fb",   "/a%5Cb",      "/a\\b",  "/%",        "/%4",
                                 "/%zz",     "/%C3",        "/%ff",   "/%C0%AF",   "/%ED%A0%80",
                                 "/a?b=%g0", "/a?%=1",      "?a=b",   "ftp://h/a", "/%F5%80%80%80"};
  for (const char* target : targets) {
    const auto parsed = parse_target(target);
    ASSERT_FALSE(parsed.ok()) << target;
    EXPECT_EQ(parsed.error().code, Errc::kInvalid) << target;
  }
}

RC_GTEST_PROP(TargetProperty, AcceptedPathsAreNormalised,
              (const std::vector<std::uint8_t>& picks)) {
  static constexpr const char* kPieces[] = {"/", "..",  ".", "%2e", "%2f",
                                            "a", "%41", "?", "%",   "\\"};
  std::string target = "/";
  for (const std::uint8_t pick : picks) target += kPieces[pick % std::size(kPieces)];
  const auto parsed = parse_target(target);
  if (!parsed) return;
  RC_ASSERT(parsed->path.starts_with('/'));
  RC_ASSERT((parsed->path + "/").find("/../") == std::string::npos);
  RC_ASSERT((parsed->path + "/").find("/./") == std::string::npos);
  RC_ASSERT(parsed->path.find("//") == std::string::npos);
  RC_ASSERT(parsed->path.find('\\') == std::string::npos);
}

TEST(ListenAddress, Parses) {
  struct Case {
    const char* text;
    const char* host;  // nullptr: refused
    int port;
  };
  const Case cases[] = {
      {"127.0.0.1:7700", "127.0.0.1", 7700},
      {"[::1]:0", "::1", 0},
      {"localhost:65535", "localhost", 65535},
      {"127.0.0.1", nullptr, 0},
      {":80", nullptr, 0},
      {"::1:80", nullptr, 0},
      {"[host]:80", nullptr, 0},
      {"host:", nullptr, 0},
      {"host:65536", nullptr, 0},
      {"host:-1", nullptr, 0},
      {"host:80x", nullptr, 0},
      {"", nullptr, 0},
      {"[::1]", nullptr, 0},
  };
  for (const Case& test : cases) {
    const auto parsed = parse_listen_address(test.text);
    ASSERT_EQ(parsed.ok(), test.host != nullptr) << test.text;
    if (!parsed) continue;
    EXPECT_EQ(parsed->host, test.host);
    EXPECT_EQ(parsed->port, test.port);
  }
}

}  // namespace
}  // namespace coditect::net
