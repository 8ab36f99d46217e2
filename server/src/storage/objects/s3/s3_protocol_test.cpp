#include "storage/objects/s3/s3_protocol.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/http/scripted_store.h"

namespace coditect::objects {
namespace {

const ScriptedAnswer kCut{.end = ScriptedAnswer::End::kCut};
const ScriptedAnswer kBegun{.body =
                                "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                                "</InitiateMultipartUploadResult>"};
const ScriptedAnswer kCompleted{.body =
                                    "<CompleteMultipartUploadResult><ETag>\"whole-2\"</ETag>"
                                    "</CompleteMultipartUploadResult>"};

ScriptedAnswer part(const std::string& etag) { return {.headers = {{"ETag", "\"" + etag + "\""}}}; }

class S3ProtocolTest : public testing::Test, public StoryTeller {
 protected:
  S3Options options_{.bucket = "b", .credentials = {"access", "secret-key"}};

  S3Protocol protocol(const std::string& base = "https://store.example") {
    return S3Protocol(options_, *net_client::parse_base_url(base),
                      std::make_unique<ScriptedClient>(script_), clock_);
  }
  Result<ObjectInfo> put(std::deque<ScriptedAnswer> answers, Condition condition = Always{}) {
    script_.answers = std::move(answers);
    S3Protocol s3 = protocol();
    return run(s3.put("k", "content", std::move(condition)));
  }
  Result<ObjectInfo> put_large(std::deque<ScriptedAnswer> answers, Condition condition = Always{}) {
    script_.requests.clear();
    script_.answers = std::move(answers);
    StringSource source(large_);
    S3Protocol s3 = protocol();
    return run(s3.put_large("k", source, std::move(condition)));
  }
  std::string header(std::size_t request, std::string_view name) const {
    return std::string(net_client::find_header(script_.requests.at(request).headers, name));
  }

  const std::string large_ = std::string(limits::kObjectPartBytes + 10, 'x');
  Script script_;
  ManualClock clock_;
};

TEST_F(S3ProtocolTest, PutsSignedAndChecked) {
  const auto info = put({part("e")}, IfAbsent{});
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(*info, (ObjectInfo{"k", 7, "e", crc32c("content")}));
  EXPECT_EQ(script_.requests[0].target, "/b/k");
  EXPECT_EQ(header(0, "If-None-Match"), "*");
  EXPECT_EQ(header(0, "x-amz-content-sha256"), sha256_hex("content"));
  EXPECT_EQ(header(0, "x-amz-meta-crc32c"), crc32c_text(crc32c("content")));
  EXPECT_EQ(header(0, "x-amz-checksum-crc32c"), crc32c_text(crc32c("content")));
  EXPECT_TRUE(header(0, "Authorization").contains("if-none-match"));
  EXPECT_FALSE(header(0, "Authorization").contains("secret-key"));
  EXPECT_EQ(script_.requests[0].repeat, net_client::Repeat::kNever);
}

TEST_F(S3ProtocolTest, LeavesOutWhatAStoreRefuses) {
  options_.checksums = S3Checksums::kOmit;
  ASSERT_TRUE(put({part("e")}).ok());
  EXPECT_EQ(header(0, "x-amz-checksum-crc32c"), "");
  EXPECT_FALSE(header(0, "x-amz-meta-crc32c").empty());
}

TEST_F(S3ProtocolTest, PutsThatFail) {
  struct Case {
    const char* name;
    ScriptedAnswer answer;
    Condition condition;
    Errc code;
  };
  const Case cases[] = {
      {"cut", kCut, IfAbsent{}, Errc::kUnavailable},
      {"no word of what was kept", {}, Always{}, Errc::kUnavailable},
      {"another content",
       {.headers = {{"ETag", "e"}, {"x-amz-checksum-crc32c", "AAAAAA=="}}},
       Always{},
       Errc::kInternal},
      {"taken", {.status = 412}, IfAbsent{}, Errc::kConflict},
      {"racing", {.status = 409}, IfAbsent{}, Errc::kUnavailable},
      {"gone", {.status = 404}, IfGeneration{"e"}, Errc::kConflict},
      {"no bucket", {.status = 404}, IfAbsent{}, Errc::kNotFound},
      {"no conditions here", {.status = 501}, IfAbsent{}, Errc::kInvalid},
  };
  for (const Case& test : cases) {
    const auto info = put({test.answer}, test.condition);
    ASSERT_FALSE(info.ok()) << test.name;
    EXPECT_EQ(info.error().code, test.code) << test.name;
  }
}

TEST_F(S3ProtocolTest, UploadsInParts) {
  const auto info = put_large({kBegun, part("p1"), part("p2"), kCompleted}, IfGeneration{"old"});
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(*info, (ObjectInfo{"k", large_.size(), "whole-2", crc32c(large_)}));
  ASSERT_EQ(script_.requests.size(), 4u);
  EXPECT_EQ(script_.requests[0].target, "/b/k?uploads=");
  EXPECT_EQ(script_.requests[1].target, "/b/k?partNumber=1&uploadId=u%2F1");
  EXPECT_EQ(script_.requests[2].body, "xxxxxxxxxx");
  EXPECT_EQ(script_.requests[3].target, "/b/k?uploadId=u%2F1");
  EXPECT_EQ(header(0, "If-Match"), "");
  EXPECT_EQ(header(3, "If-Match"), "\"old\"");
  EXPECT_EQ(header(3, "x-amz-checksum-crc32c"), crc32c_text(crc32c(large_)));
  EXPECT_EQ(script_.requests[3].repeat, net_client::Repeat::kNever);
}

TEST_F(S3ProtocolTest, FreesAnUploadThatComesToNothing) {
  struct Case {
    const char* name;
    std::deque<ScriptedAnswer> answers;
    Errc code;
  };
  const Case cases[] = {
      {"a part is lost", {kBegun, kCut, {.status = 204}}, Errc::kUnavailable},
      {"a part without ETag", {kBegun, ScriptedAnswer{}, {.status = 204}}, Errc::kUnavailable},
      {"somebody else was first",
       {kBegun, part("1"), part("2"), {.status = 412}, {.status = 204}},
       Errc::kConflict},
      {"the end is not known", {kBegun, part("1"), part("2"), kCut, kCut}, Errc::kUnavailable},
  };
  for (const Case& test : cases) {
    const auto info = put_large(test.answers);
    ASSERT_FALSE(info.ok()) << test.name;
    EXPECT_EQ(info.error().code, test.code) << test.name;
    EXPECT_EQ(script_.requests.back().method, "DELETE") << test.name;
    EXPECT_EQ(script_.requests.back().target, "/b/k?uploadId=u%2F1") << test.name;
  }
}

TEST_F(S3ProtocolTest, WhereTheBucketStands) {
  options_.addressing = S3Addressing::kVirtualHost;
  script_.answers = {part("e")};
  S3Protocol hosted = protocol("https://b.store.example");
  EXPECT_TRUE(run(hosted.head("a b")).ok());
  EXPECT_EQ(script_.requests[0].target, "/a%20b");
}

TEST_F(S3ProtocolTest, ATemporaryKeyShowsItsToken) {
  options_.credentials.session_token = "session";
  ASSERT_TRUE(put({part("e")}).ok());
  EXPECT_EQ(header(0, "x-amz-security-token"), "session");
  EXPECT_TRUE(header(0, "Authorization").contains("x-amz-security-token"));
}

TEST(S3Store, RefusesOptionsThatCannotWork) {
  asio::io_context io;
  const SystemClock clock;
  const auto make = [&](auto change) {
    S3Options options{.bucket = "b", .credentials = {"access", "secret-key"}};
    change(options);
    return make_s3_store(io.get_executor(), options, clock);
  };
  EXPECT_TRUE(make([](S3Options&) {}).ok());
  const std::function<void(S3Options&)> changes[] = {
      [](S3Options& o) { o.bucket = ""; },
      [](S3Options& o) { o.bucket = "a/b"; },
      [](S3Options& o) { o.prefix = "/a"; },
      [](S3Options& o) { o.region = ""; },
      [](S3Options& o) { o.endpoint = "ftp://store.example"; },
      [](S3Options& o) { o.credentials.access_key = ""; },
      [](S3Options& o) { o.credentials.secret_key = "secret-key\n"; },
      [](S3Options& o) { o.credentials.session_token = "a b"; },
  };
  for (const auto& change : changes) {
    const auto store = make(change);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, Errc::kInvalid);
    EXPECT_FALSE(store.error().message.contains("secret-key"));
  }
}

}  // namespace
}  // namespace coditect::objects
