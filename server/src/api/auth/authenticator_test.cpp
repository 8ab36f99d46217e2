#include "api/auth/authenticator.h"

#include <gtest/gtest.h>

namespace coditect::api {
namespace {

const std::string kToken(64, 'a');

net::RequestHead request(net::Headers headers) {
  net::RequestHead head;
  head.method = "GET";
  head.path = head.target = "/";
  head.headers = std::move(headers);
  return head;
}

class AuthenticatorTest : public testing::Test {
 protected:
  std::string cookie() const {
    const std::string header = authenticator_.login_cookie();
    return header.substr(0, header.find(';'));
  }

  ManualClock clock_;
  const Authenticator authenticator_{kToken, {"studio.example"}, clock_};
};

TEST_F(AuthenticatorTest, TakesTheTokenAndNothingElse) {
  const struct {
    const char* name;
    net::Headers headers;
    bool allowed;
  } cases[] = {{"token", {{"Authorization", "Bearer " + kToken}}, true},
               {"scheme in lower case", {{"authorization", "bearer " + kToken}}, true},
               {"nothing", {}, false},
               {"empty token", {{"Authorization", "Bearer "}}, false},
               {"wrong token", {{"Authorization", "Bearer " + std::string(64, 'b')}}, false},
               {"prefix of it", {{"Authorization", "Bearer " + std::string(63, 'a')}}, false},
               {"another scheme", {{"Authorization", "Basic " + kToken}}, false},
               {"the token as a cookie", {{"Cookie", "coditect=" + kToken}}, false}};
  for (const auto& c : cases) {
    EXPECT_EQ(authenticator_.has_credentials(request(c.headers)), c.allowed) << c.name;
  }
}

TEST_F(AuthenticatorTest, ACookieIsGoodUntilItEnds) {
  const std::string good = cookie();
  EXPECT_TRUE(authenticator_.has_credentials(request({{"Cookie", "a=b; " + good + "; c=d"}})));
  EXPECT_FALSE(authenticator_.has_token(request({{"Cookie", good}})));
  EXPECT_FALSE(authenticator_.has_credentials(request({{"Cookie", good + "0"}})));
  EXPECT_FALSE(authenticator_.has_credentials(request({{"Cookie", "x" + good}})));
  std::string later = good;
  later[later.find('=') + 1] = '9';  // a later end, the same signature
  EXPECT_FALSE(authenticator_.has_credentials(request({{"Cookie", later}})));
  const Authenticator changed(std::string(64, 'c'), {}, clock_);
  EXPECT_FALSE(changed.has_credentials(request({{"Cookie", good}})));
  clock_.advance(std::chrono::hours(31 * 24));
  EXPECT_FALSE(authenticator_.has_credentials(request({{"Cookie", good}})));
}

TEST_F(AuthenticatorTest, AWrongTokenIsNotSavedByAGoodCookie) {
  EXPECT_FALSE(authenticator_.has_credentials(
      request({{"Authorization", "Bearer wrong"}, {"Cookie", cookie()}})));
}

TEST_F(AuthenticatorTest, APersonsCookieNamesThemAndIsNoOwners) {
  const std::string header = authenticator_.person_cookie("p_1");
  const std::string good = header.substr(0, header.find(';'));
  EXPECT_EQ(authenticator_.person_of(request({{"Cookie", good}})), "p_1");
  EXPECT_FALSE(authenticator_.has_credentials(request({{"Cookie", good}})));
  EXPECT_FALSE(authenticator_.person_of(request({{"Cookie", cookie()}})));
  std::string other = good;
  other[other.find("p_1") + 2] = '2';
  EXPECT_FALSE(authenticator_.person_of(request({{"Cookie", other}})));
  EXPECT_FALSE(authenticator_.person_of(request({{"Cookie", good + "0"}})));
  EXPECT_FALSE(
      authenticator_.person_of(request({{"Authorization", "Bearer wrong"}, {"Cookie", good}})));
  clock_.advance(std::chrono::hours(31 * 24));
  EXPECT_FALSE(authenticator_.person_of(request({{"Cookie", good}})));
}

TEST_F(AuthenticatorTest, OnlyOwnHostsAndOrigins) {
  const struct {
    const char* host;
    const char* origin;
    bool allowed;
  } cases[] = {{"127.0.0.1:7700", "", true},
               {"localhost:7700", "http://localhost:7700", true},
               {"[::1]:7700", "http://[::1]:7700", true},
               {"studio.example", "https://studio.example", true},
               {"127.0.0.1:7700", "http://localhost:7700", false},
               {"127.0.0.1:7700", "http://127.0.0.1:8000", false},
               {"127.0.0.1:7700", "http://evil.example", false},
               {"127.0.0.1:7700", "null", false},
               {"evil.example", "", false},
               {"evil.example:7700", "http://evil.example:7700", false},
               {"127.0.0.1.evil.example", "", false},
               {"", "", false}};
  for (const auto& c : cases) {
    net::Headers headers{{"Host", c.host}};
    if (*c.origin != '\0') headers.push_back({"Origin", c.origin});
    EXPECT_EQ(authenticator_.is_from_here(request(headers)), c.allowed)
        << c.host << " " << c.origin;
  }
  EXPECT_FALSE(authenticator_.is_from_here(request({})));
}

}  // namespace
}  // namespace coditect::api
