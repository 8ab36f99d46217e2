#include "storage/objects/gcs/token_source.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/json.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/http/scripted_store.h"

namespace coditect::objects {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A key made for this run.
EVP_PKEY* rsa_key() {
  static const Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
  return key.get();
}

std::string key_file(const std::string& pem, const std::string& token_uri) {
  return json::serialize(json::object{{"type", "service_account"},
                                      {"client_email", "studio@project.example"},
                                      {"private_key_id", "key-1"},
                                      {"private_key", pem},
                                      {"token_uri", token_uri}});
}

std::string unbase64(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

bool verifies(std::string_view text, const std::string& signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, rsa_key());
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

TEST(ServiceAccount, SignsWhatItsKeyCanVerify) {
  const auto account =
      parse_service_account(key_file(pem_of(rsa_key()), "https://tokens.example/token"));
  ASSERT_TRUE(account.ok()) << account.error().message;
  const auto assertion = signed_assertion(*account, Time{seconds{1'800'000'000}});
  ASSERT_TRUE(assertion.ok());
  const std::size_t last = assertion->rfind('.');
  const std::size_t first = assertion->find('.');
  EXPECT_TRUE(verifies(std::string_view(*assertion).substr(0, last),
                       unbase64(assertion->substr(last + 1))));
  EXPECT_EQ(unbase64(assertion->substr(0, first)), R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  const auto claims = parse_json_object(unbase64(assertion->substr(first + 1, last - first - 1)));
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(find_string(*claims, "iss"), "studio@project.example");
  EXPECT_EQ(find_string(*claims, "aud"), "https://tokens.example/token");
  EXPECT_EQ(find_int(*claims, "iat"), 1'800'000'000);
  EXPECT_EQ(find_int(*claims, "exp"), 1'800'003'600);
}

TEST(ServiceAccount, RefusesWithoutRepeatingTheFile) {
  const std::string pem = pem_of(rsa_key());
  const Key elliptic(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::string good = "https://tokens.example/token";
  const std::string files[] = {
      "",
      "{}",
      R"({"type":"authorized_user","client_email":"a","private_key":"b"})",
      key_file("", good),
      key_file("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", good),
      key_file(pem, "http://tokens.example/token"),
      key_file(pem, "ftp://tokens.example"),
      key_file(pem, "https://user:password@tokens.example/"),
  };
  for (const std::string& file : files) {
    const auto account = parse_service_account(file);
    ASSERT_FALSE(account.ok()) << file;
    EXPECT_EQ(account.error().code, Errc::kInvalid);
    EXPECT_FALSE(account.error().message.contains("BEGIN"));
    EXPECT_FALSE(account.error().message.contains("password"));
  }
  const auto other = parse_service_account(key_file(pem_of(elliptic.get()), good));
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(signed_assertion(*other, Time{}).ok());
}

TEST(ServiceAccount, ATokenEndpointOnThisMachineNeedsNoTls) {
  EXPECT_TRUE(parse_service_account(key_file(pem_of(rsa_key()), "http://127.0.0.1:8/t")).ok());
}

TEST(AccessToken, WhatIsNoneIsRefused) {
  EXPECT_EQ(parse_access_token(R"({"access_token":"t","expires_in":60})")->value, "t");
  for (const char* body :
       {"", "{}", R"({"access_token":"t"})", R"({"access_token":"","expires_in":60})",
        R"({"access_token":"a\r\nb","expires_in":60})", R"({"access_token":"t","expires_in":0})",
        R"({"access_token":"t","expires_in":"60"})"}) {
    EXPECT_FALSE(parse_access_token(body).ok()) << body;
  }
}

class TokenTest : public testing::Test, public StoryTeller {
 protected:
  TokenSource metadata_tokens() {
    return TokenSource(strand,
                       std::make_unique<MetadataIssuer>(std::make_unique<ScriptedClient>(script_)),
                       clock_);
  }
  static ScriptedAnswer token(const std::string& value) {
    return {.body = R"({"access_token":")" + value + R"(","expires_in":3600,"token_type":"x"})"};
  }

  Script script_;
  ManualClock clock_;
};

TEST_F(TokenTest, KeepsATokenUntilShortlyBeforeItsEnd) {
  TokenSource tokens = metadata_tokens();
  script_.answers = {token("one"), token("two")};
  EXPECT_EQ(*run(tokens.token()), "one");
  EXPECT_EQ(net_client::find_header(script_.requests[0].headers, "Metadata-Flavor"), "Google");
  clock_.advance(minutes{54});
  EXPECT_EQ(*run(tokens.token()), "one");
  clock_.advance(minutes{1});
  EXPECT_EQ(*run(tokens.token()), "two");
  EXPECT_EQ(script_.requests.size(), 2u);
}

TEST_F(TokenTest, ServesAnOldTokenWhileNobodyGivesAFreshOne) {
  TokenSource tokens = metadata_tokens();
  script_.answers = {token("one"), {.status = 503}, {.status = 503}};
  EXPECT_EQ(*run(tokens.token()), "one");
  clock_.advance(minutes{58});
  EXPECT_EQ(*run(tokens.token()), "one");
  clock_.advance(minutes{2});
  EXPECT_EQ(run(tokens.token()).error().code, Errc::kUnavailable);
}

TEST_F(TokenTest, ForgetsOnlyTheTokenThatWasRefused) {
  TokenSource tokens = metadata_tokens();
  script_.answers = {token("one"), token("two")};
  EXPECT_EQ(*run(tokens.token()), "one");
  tokens.forget("another");
  EXPECT_EQ(*run(tokens.token()), "one");
  tokens.forget("one");
  EXPECT_EQ(*run(tokens.token()), "two");
}

TEST_F(TokenTest, ARefusedIdentityIsDeniedWithoutTheAnswersText) {
  for (const int status : {400, 401, 403, 404}) {
    TokenSource tokens = metadata_tokens();
    script_.answers = {{.status = status, .body = "assertion=secret"}};
    const auto refused = run(tokens.token());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::kDenied) << status;
    EXPECT_FALSE(refused.error().message.contains("secret"));
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

TEST_F(TokenTest, AServiceAccountExchangesItsAssertion) {
  auto account = parse_service_account(key_file(pem_of(rsa_key()), "https://tokens.example/token"));
  ServiceAccountIssuer issuer(*std::move(account), std::make_unique<ScriptedClient>(script_),
                              clock_);
  script_.answers = {token("one")};
  EXPECT_EQ(run(issuer.issue())->value, "one");
  ASSERT_EQ(script_.requests.size(), 1u);
  EXPECT_EQ(script_.requests[0].method, "POST");
  EXPECT_TRUE(script_.requests[0].body.starts_with(
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"));
  EXPECT_EQ(script_.requests[0].target, "");
}

}  // namespace
}  // namespace coditect::objects
