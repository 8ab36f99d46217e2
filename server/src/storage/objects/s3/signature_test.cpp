// The examples that Amazon publishes: of the S3 API's reference and of the general test suite.
#include "storage/objects/s3/signature.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace coditect::objects {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

const Time kDay{sys_days{year{2013} / 5 / 24}};
const S3Credentials kExample{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
const std::string kHost = "examplebucket.s3.amazonaws.com";

std::string signature_of(const std::string& authorization) {
  return authorization.substr(authorization.rfind('=') + 1);
}

struct Case {
  const char* name;
  std::string method;
  std::string path;
  QueryParameters query;
  net_client::Headers headers;
  std::string payload;
  std::string signature;
};

TEST(Signature, ExamplesOfTheS3Reference) {
  const Case cases[] = {
      {"get an object",
       "GET",
       "/test.txt",
       {},
       {{"Range", "bytes=0-9"}},
       "",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"put an object",
       "PUT",
       "/test%24file.text",
       {},
       {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       "Welcome to Amazon S3.",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"get a configuration",
       "GET",
       "/",
       {{"lifecycle", ""}},
       {},
       "",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"list objects",
       "GET",
       "/",
       {{"prefix", "J"}, {"max-keys", "2"}},
       {},
       "",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const Case& test : cases) {
    const std::string hash = sha256_hex(test.payload);
    net_client::Headers headers = test.headers;
    headers.push_back({"Host", kHost});
    headers.push_back({"x-amz-content-sha256", hash});
    headers.push_back({"x-amz-date", signing_time(kDay)});
    const SignedParts parts{test.method, test.path, test.query, headers, hash};
    const std::string value = authorization(parts, kExample, {"us-east-1"}, kDay);
    EXPECT_EQ(signature_of(value), test.signature) << test.name << ": " << value;
    EXPECT_FALSE(value.contains(kExample.secret_key));
  }
}

TEST(Signature, ExampleOfTheGeneralSuite) {
  const Time now{sys_days{year{2015} / 8 / 30} + std::chrono::hours{12} + std::chrono::minutes{36}};
  const S3Credentials credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
  const SignedParts parts{"GET",
                          "/",
                          {},
                          {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", signing_time(now)}},
                          sha256_hex("")};
  EXPECT_EQ(authorization(parts, credentials, {"us-east-1", "service"}, now),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
            "SignedHeaders=host;x-amz-date,"
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(Signature, AnotherByteIsAnotherSignature) {
  const SignedParts parts{"PUT", "/a", {{"q", "1"}}, {{"host", "h"}}, sha256_hex("x")};
  const std::string whole = authorization(parts, kExample, {"r"}, kDay);
  std::vector<SignedParts> others(6, parts);
  others[0].method = "GET";
  others[1].path = "/b";
  others[2].query[0].second = "2";
  others[3].headers[0].value = "i";
  others[4].payload_sha256 = sha256_hex("y");
  others[5].headers.push_back({"if-match", "\"e\""});
  for (const SignedParts& other : others) {
    EXPECT_NE(signature_of(authorization(other, kExample, {"r"}, kDay)), signature_of(whole));
  }
  EXPECT_NE(signature_of(authorization(parts, kExample, {"s"}, kDay)), signature_of(whole));
  EXPECT_NE(signature_of(authorization(parts, kExample, {"r"}, kDay + std::chrono::days{1})),
            signature_of(whole));
}

TEST(Signature, QueryInOrderOfEscapedNames) {
  EXPECT_EQ(canonical_query({}), "");
  EXPECT_EQ(canonical_query({{"b", "x y"}, {"a", "/"}, {"a", "+"}, {"uploads", ""}}),
            "a=%2B&a=%2F&b=x%20y&uploads=");
}

TEST(Signature, HeadersAreTrimmedAndJoined) {
  const auto sign = [](net_client::Headers headers) {
    return authorization({"GET", "/", {}, std::move(headers), ""}, kExample, {"r"}, kDay);
  };
  EXPECT_EQ(sign({{"My-Header1", "  a   b  c  "}}), sign({{"my-header1", "a b c"}}));
  EXPECT_EQ(sign({{"a", "1"}, {"A", "2"}}), sign({{"a", "1,2"}}));
}

}  // namespace
}  // namespace coditect::objects
