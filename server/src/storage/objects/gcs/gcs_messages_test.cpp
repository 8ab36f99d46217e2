#include "storage/objects/gcs/gcs_messages.h"

#include <gtest/gtest.h>

#include "storage/objects/crc32c.h"

namespace coditect::objects {
namespace {

TEST(GcsMessages, Targets) {
  EXPECT_EQ(gcs_object_target("b", "a b/c?d"), "/storage/v1/b/b/o/a%20b%2Fc%3Fd");
  const std::string upload = "/upload/storage/v1/b/b/o?uploadType=multipart&name=k%2F1";
  EXPECT_EQ(gcs_upload_target("b", "multipart", "k/1", Always{}), upload);
  EXPECT_EQ(gcs_upload_target("b", "multipart", "k/1", IfAbsent{}),
            upload + "&ifGenerationMatch=0");
  EXPECT_EQ(gcs_upload_target("b", "multipart", "k/1", IfGeneration{"17"}),
            upload + "&ifGenerationMatch=17");
  EXPECT_TRUE(gcs_list_target("b", "p/", "t=", 7).ends_with("&pageToken=t%3D"));
  EXPECT_FALSE(gcs_list_target("b", "p/", "", 7).contains("pageToken"));
}

TEST(GcsMessages, AMultipartBodyHoldsBothPartsAndABoundaryOfNeither) {
  const MultipartBody body = gcs_multipart_body("{\"name\":\"k\"}", "con\r\ntent");
  const std::string boundary = body.content_type.substr(body.content_type.find('=') + 1);
  EXPECT_EQ(body.text, "--" + boundary +
                           "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
                           "{\"name\":\"k\"}\r\n--" +
                           boundary +
                           "\r\nContent-Type: application/octet-stream\r\n\r\ncon\r\ntent\r\n--" +
                           boundary + "--\r\n");
}

TEST(GcsMessages, MetadataNamesTheChecksum) {
  EXPECT_EQ(gcs_upload_metadata("a\"b", crc32c("123456789")),
            R"({"name":"a\"b","contentType":"application/octet-stream","crc32c":"4waSgw=="})");
}

TEST(GcsMessages, Objects) {
  const auto info = parse_gcs_object(
      R"({"kind":"storage#object","name":"k","size":"9","generation":"123","crc32c":"4waSgw=="})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(*info, (ObjectInfo{"k", 9, "123", 0xE3069283}));
  EXPECT_EQ(parse_gcs_object(R"({"name":"k","size":"9","generation":"1"})")->crc32c, std::nullopt);
}

TEST(GcsMessages, WhatIsNoObjectSaysNothing) {
  for (const char* body : {
           "",
           "[]",
           "{}",
           R"({"name":"k","size":"9"})",
           R"({"name":"k","generation":"1"})",
           R"({"size":"9","generation":"1"})",
           R"({"name":"k","size":9,"generation":"1"})",
           R"({"name":"k","size":"-9","generation":"1"})",
           R"({"name":"k","size":"9","generation":""})",
           R"({"name":"k","size":"9","generation":"1","crc32c":"nonsense"})",
           "<html>502</html>",
       }) {
    const auto info = parse_gcs_object(body);
    ASSERT_FALSE(info.ok()) << body;
    EXPECT_EQ(info.error().code, Errc::kUnavailable) << body;
  }
}

TEST(GcsMessages, Lists) {
  EXPECT_TRUE(parse_gcs_list("{}")->objects.empty());
  const auto page =
      parse_gcs_list(R"({"items":[{"name":"a","size":"1","generation":"2"}],"nextPageToken":"t"})");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->next, "t");
  for (const char* body : {"", "[]", R"({"items":{}})", R"({"items":[1]})", R"({"items":[{}]})"}) {
    EXPECT_FALSE(parse_gcs_list(body).ok()) << body;
  }
}

TEST(GcsMessages, DownloadHeaders) {
  const ObjectInfo both = gcs_download_info(
      "k", {{"X-Goog-Generation", "7"}, {"x-goog-hash", "crc32c=4waSgw==,md5=AAAA"}});
  EXPECT_EQ(both, (ObjectInfo{"k", 0, "7", 0xE3069283}));
  const ObjectInfo apart =
      gcs_download_info("k", {{"X-Goog-Hash", "md5=AAAA"}, {"X-Goog-Hash", "crc32c=4waSgw=="}});
  EXPECT_EQ(apart.crc32c, 0xE3069283);
  EXPECT_EQ(gcs_download_info("k", {}).crc32c, std::nullopt);
}

TEST(GcsMessages, HowMuchOfAnUploadIsThere) {
  EXPECT_EQ(parse_gcs_persisted({}), 0u);
  EXPECT_EQ(parse_gcs_persisted({{"Range", "bytes=0-41"}}), 42u);
  for (const char* range :
       {"bytes=1-41", "bytes=0-", "0-41", "bytes=0-x", "bytes=0-18446744073709551615"}) {
    EXPECT_EQ(parse_gcs_persisted({{"Range", range}}), std::nullopt) << range;
  }
}

TEST(GcsMessages, WhatARefusalMeans) {
  const auto with_reason = [](std::string reason) {
    return R"({"error":{"code":403,"message":"no","errors":[{"reason":")" + reason + "\"}]}}";
  };
  struct Case {
    int status;
    std::string body;
    Errc code;
  };
  const Case cases[] = {
      {400, "", Errc::kInternal},
      {400, R"({"error":{"code":400,"message":"Provided CRC32C does not match"}})",
       Errc::kUnavailable},
      {401, "", Errc::kDenied},
      {403, "", Errc::kDenied},
      {403, with_reason("forbidden"), Errc::kDenied},
      {403, with_reason("rateLimitExceeded"), Errc::kUnavailable},
      {404, "", Errc::kNotFound},
      {408, "", Errc::kUnavailable},
      {409, "", Errc::kUnavailable},
      {410, "", Errc::kUnavailable},
      {412, "", Errc::kConflict},
      {413, "", Errc::kLimit},
      {429, "", Errc::kUnavailable},
      {500, "", Errc::kUnavailable},
      {503, "<html>", Errc::kUnavailable},
      {308, "", Errc::kUnavailable},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(gcs_error({test.status, {}, test.body}, "k").code, test.code)
        << test.status << test.body;
  }
}

}  // namespace
}  // namespace coditect::objects
