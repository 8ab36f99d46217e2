#include "storage/objects/s3/s3_messages.h"

#include <gtest/gtest.h>

#include "storage/objects/crc32c.h"

namespace coditect::objects {
namespace {

TEST(S3Messages, Conditions) {
  EXPECT_TRUE(s3_condition(Always{}).empty());
  EXPECT_EQ(s3_condition(IfAbsent{}), (net_client::Headers{{"If-None-Match", "*"}}));
  EXPECT_EQ(s3_condition(IfGeneration{"e"}), (net_client::Headers{{"If-Match", "\"e\""}}));
}

TEST(S3Messages, WhatHeadersSay) {
  const ObjectInfo info = s3_info(
      "k", {{"etag", "\"e-1\""}, {"content-length", "9"}, {"x-amz-meta-crc32c", "4waSgw=="}});
  EXPECT_EQ(info, (ObjectInfo{"k", 9, "e-1", 0xE3069283}));
  EXPECT_EQ(s3_info("k", {{"x-amz-checksum-crc32c", "4waSgw=="}}).crc32c, 0xE3069283);
  // A checksum of the parts' checksums says nothing about the content.
  EXPECT_EQ(s3_info("k", {{"x-amz-checksum-crc32c", "4waSgw==-3"}}).crc32c, std::nullopt);
  EXPECT_EQ(unquoted_etag("e"), "e");
  EXPECT_EQ(unquoted_etag("\""), "\"");
}

TEST(S3Messages, Lists) {
  const auto page = parse_s3_list(
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</"
      "NextContinuationToken><Contents><Key>a&amp;b</Key><Size>3</Size><ETag>&quot;e&quot;</ETag>"
      "</Contents></ListBucketResult>");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next, "t");
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0], (ObjectInfo{"a&b", 3, "e", std::nullopt}));
  EXPECT_EQ(parse_s3_list("<ListBucketResult/>")->next, "");
}

TEST(S3Messages, WhatIsNoListSaysNothing) {
  for (const char* body : {
           "",
           "<html/>",
           "<ListBucketResult>",
           "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
           "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
           "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size><ETag>e</ETag></Contents>"
           "</ListBucketResult>",
           "<ListBucketResult><Contents><Size>1</Size><ETag>e</ETag></Contents></ListBucketResult>",
       }) {
    const auto page = parse_s3_list(body);
    ASSERT_FALSE(page.ok()) << body;
    EXPECT_EQ(page.error().code, Errc::kUnavailable) << body;
  }
}

TEST(S3Messages, Uploads) {
  EXPECT_EQ(*parse_s3_upload_id("<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                                "</InitiateMultipartUploadResult>"),
            "u");
  EXPECT_FALSE(parse_s3_upload_id("<InitiateMultipartUploadResult/>").ok());
  EXPECT_FALSE(parse_s3_upload_id("<Other><UploadId>u</UploadId></Other>").ok());
  const std::vector<S3Part> parts = {{"e1", crc32c("123456789")}, {"e2", 0}};
  EXPECT_EQ(s3_complete_body(parts, S3PartChecksums::kNamed),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            "<Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;</ETag>"
            "<ChecksumCRC32C>4waSgw==</ChecksumCRC32C></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>&quot;e2&quot;</ETag>"
            "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part></CompleteMultipartUpload>");
  EXPECT_FALSE(s3_complete_body(parts, S3PartChecksums::kLeftOut).contains("Checksum"));
}

TEST(S3Messages, ACompletionFailsInItsBodyToo) {
  const auto code = [](int status, std::string body) {
    const auto completed = parse_s3_completed({status, {}, std::move(body)}, "k");
    return completed.ok() ? Errc{-1} : completed.error().code;
  };
  EXPECT_EQ(*parse_s3_completed({200,
                                 {},
                                 "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag>"
                                 "</CompleteMultipartUploadResult>"},
                                "k"),
            "e-2");
  EXPECT_EQ(code(200, "<Error><Code>InternalError</Code></Error>"), Errc::kUnavailable);
  EXPECT_EQ(code(200, "<Error><Code>PreconditionFailed</Code></Error>"), Errc::kUnavailable);
  EXPECT_EQ(code(200, ""), Errc::kUnavailable);
  EXPECT_EQ(code(412, ""), Errc::kConflict);
}

TEST(S3Messages, WhatARefusalMeans) {
  struct Case {
    int status;
    const char* reason;
    Errc code;
    const char* hint;
  };
  const Case cases[] = {
      {301, "PermanentRedirect", Errc::kInvalid, "region"},
      {400, "BadDigest", Errc::kInternal, ""},
      {400, "ExpiredToken", Errc::kDenied, "access key"},
      {400, "RequestTimeout", Errc::kUnavailable, ""},
      {403, "AccessDenied", Errc::kDenied, "access key"},
      {403, "SignatureDoesNotMatch", Errc::kDenied, "secret"},
      {403, "RequestTimeTooSkewed", Errc::kDenied, "clock"},
      {404, "NoSuchKey", Errc::kNotFound, ""},
      {404, "NoSuchBucket", Errc::kNotFound, "create"},
      {404, "NoSuchUpload", Errc::kUnavailable, ""},
      {409, "ConditionalRequestConflict", Errc::kUnavailable, ""},
      {412, "PreconditionFailed", Errc::kConflict, ""},
      {413, "EntityTooLarge", Errc::kLimit, ""},
      {429, "TooManyRequests", Errc::kUnavailable, ""},
      {500, "InternalError", Errc::kUnavailable, ""},
      {501, "NotImplemented", Errc::kInvalid, "lacks"},
      {503, "SlowDown", Errc::kUnavailable, ""},
  };
  for (const Case& test : cases) {
    const Answer answer{
        test.status,
        {},
        "<Error><Code>" + std::string(test.reason) + "</Code><Message>why</Message></Error>"};
    const Error error = s3_error(answer, "k");
    EXPECT_EQ(error.code, test.code) << test.reason;
    EXPECT_TRUE(error.hint.contains(test.hint)) << test.reason << ": " << error.hint;
  }
  EXPECT_EQ(s3_error({403, {}, ""}, "k").code, Errc::kDenied);
  EXPECT_EQ(s3_error({502, {}, "<html>"}, "k").code, Errc::kUnavailable);
}

}  // namespace
}  // namespace coditect::objects
