#include "protocols/mcp/client/oauth/metadata.h"

#include <gtest/gtest.h>

namespace coditect::mcp::oauth {
namespace {

using Urls = std::vector<std::string>;

TEST(Metadata, ReadsAChallenge) {
  const Asked asked = read_challenge(
      R"(Bearer error="insufficient_scope", scope="a b", resource_metadata="https://x/\"y")");
  EXPECT_EQ(asked.error, "insufficient_scope");
  EXPECT_EQ(asked.scope, "a b");
  EXPECT_EQ(asked.resource_metadata, "https://x/\"y");
  EXPECT_EQ(read_challenge("Bearer realm=x,scope=a").scope, "a");
  EXPECT_EQ(read_challenge("Bearer noscope=\"a\"").scope, "");
  EXPECT_EQ(read_challenge("").scope, "");
}

TEST(Metadata, LooksWhereItIsDefinedToBe) {
  EXPECT_EQ(resource_metadata_urls("https://a.example/x/mcp"),
            (Urls{"https://a.example/.well-known/oauth-protected-resource/x/mcp",
                  "https://a.example/.well-known/oauth-protected-resource"}));
  EXPECT_EQ(issuer_metadata_urls("https://a.example"),
            (Urls{"https://a.example/.well-known/oauth-authorization-server",
                  "https://a.example/.well-known/openid-configuration"}));
  EXPECT_EQ(issuer_metadata_urls("https://a.example/t"),
            (Urls{"https://a.example/.well-known/oauth-authorization-server/t",
                  "https://a.example/.well-known/openid-configuration/t",
                  "https://a.example/t/.well-known/openid-configuration"}));
}

TEST(Metadata, IsOfTheIssuerThatWasAsked) {
  json::object said{{"issuer", "https://a.example"},
                    {"authorization_endpoint", "https://a.example/a"},
                    {"token_endpoint", "https://a.example/t"},
                    {"code_challenge_methods_supported", json::array{"S256"}}};
  EXPECT_TRUE(read_issuer(said, "https://a.example"));
  EXPECT_FALSE(read_issuer(said, "https://a.example/"));
  said["code_challenge_methods_supported"] = json::array{"plain"};
  EXPECT_FALSE(read_issuer(said, "https://a.example"));
}

TEST(Metadata, ATokenIsForOneServer) {
  struct Case {
    const char* resource;
    const char* url;
    bool covers;
  };
  const Case cases[] = {
      {"https://a.example/mcp", "https://a.example/mcp", true},
      {"https://a.example", "https://a.example/mcp", true},
      {"https://a.example/", "https://a.example/mcp", true},
      {"https://a.example/mcp", "https://a.example/mcp2", false},
      {"https://a.example/mcp", "https://a.example", false},
      {"https://a.example", "https://a.example.evil", false},
      {"http://a.example", "https://a.example", false},
      {"https://a.example:444", "https://a.example", false},
      {"", "", false},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(covers(each.resource, each.url), each.covers) << each.resource << ' ' << each.url;
  }
}

TEST(Metadata, TokensGoByHttpsOrStayOnThisMachine) {
  EXPECT_TRUE(check_endpoint("https://a.example/t", "https://b.example"));
  EXPECT_TRUE(check_endpoint("http://127.0.0.1:8/t", "http://localhost:9/mcp"));
  EXPECT_FALSE(check_endpoint("http://127.0.0.1:8/t", "https://b.example"));
  EXPECT_FALSE(check_endpoint("http://a.example/t", "http://127.0.0.1:9"));
  EXPECT_FALSE(check_endpoint("file:///etc/passwd", "http://127.0.0.1:9"));
  EXPECT_FALSE(check_endpoint("https://u:p@a.example/t", "https://a.example"));
  EXPECT_FALSE(check_endpoint("not a url", "https://a.example"));
}

}  // namespace
}  // namespace coditect::mcp::oauth
