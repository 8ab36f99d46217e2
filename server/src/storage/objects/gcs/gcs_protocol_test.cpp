#include "storage/objects/gcs/gcs_protocol.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/gcs/gcs_store.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/http/scripted_store.h"

namespace coditect::objects {
namespace {

constexpr std::size_t kPart = limits::kObjectPartBytes;
const ScriptedAnswer kCut{.end = ScriptedAnswer::End::kCut};

std::string object_json(std::string_view content, std::uint32_t crc) {
  return R"({"name":"k","size":")" + std::to_string(content.size()) +
         R"(","generation":"5","crc32c":")" + crc32c_text(crc) + "\"}";
}
std::string object_json(std::string_view content) { return object_json(content, crc32c(content)); }

ScriptedAnswer persisted(std::uint64_t bytes) {
  if (bytes == 0) return {.status = 308};
  return {.status = 308, .headers = {{"Range", "bytes=0-" + std::to_string(bytes - 1)}}};
}

/// Issues "token-1", "token-2", ... or refuses.
class CountingIssuer final : public TokenIssuer {
 public:
  awaitable<Result<AccessToken>> issue() override {
    co_return AccessToken{"token-" + std::to_string(++issued_), std::chrono::seconds{3600}};
  }

 private:
  int issued_ = 0;
};

class GcsProtocolTest : public testing::Test, public StoryTeller {
 protected:
  enum class As { kNobody, kSomebody };

  GcsProtocol protocol(As as = As::kNobody) {
    std::unique_ptr<TokenSource> tokens;
    if (as == As::kSomebody) {
      tokens = std::make_unique<TokenSource>(strand, std::make_unique<CountingIssuer>(), clock_);
    }
    return GcsProtocol("b", std::make_unique<ScriptedClient>(script_), std::move(tokens));
  }
  /// Uploads `content` as a large one while the store answers the parts with `answers`.
  Result<ObjectInfo> upload(const std::string& content, std::deque<ScriptedAnswer> answers) {
    answers.push_front(
        {.headers = {{"Location", "http://elsewhere/upload/storage/v1/b/b/o?upload_id=u"}}});
    script_.answers = std::move(answers);
    script_.requests.clear();
    StringSource source(content);
    GcsProtocol gcs = protocol();
    return run(gcs.put_large("k", source, IfAbsent{}));
  }
  std::vector<std::string> ranges() const {
    std::vector<std::string> all;
    for (const auto& request : script_.requests) {
      const auto range = net_client::find_header(request.headers, "Content-Range");
      if (!range.empty()) all.emplace_back(range);
    }
    return all;
  }

  Script script_;
  ManualClock clock_;
};

TEST_F(GcsProtocolTest, PutsWithItsChecksumAndChecksTheAnswer) {
  script_.answers = {{.body = object_json("content")}};
  GcsProtocol gcs = protocol();
  const auto info = run(gcs.put("k", "content", IfAbsent{}));
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(info->generation, "5");
  ASSERT_EQ(script_.requests.size(), 1u);
  EXPECT_TRUE(script_.requests[0].target.ends_with("&ifGenerationMatch=0"));
  EXPECT_TRUE(script_.requests[0].body.contains(crc32c_text(crc32c("content"))));
  EXPECT_EQ(script_.requests[0].repeat, net_client::Repeat::kNever);
}

TEST_F(GcsProtocolTest, RemovesWhatArrivedDamaged) {
  script_.answers = {{.body = object_json("content", 1)}, {.status = 204}};
  GcsProtocol gcs = protocol();
  const auto info = run(gcs.put("k", "content", Always{}));
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().code, Errc::kInternal);
  ASSERT_EQ(script_.requests.size(), 2u);
  EXPECT_EQ(script_.requests[1].method, "DELETE");
  EXPECT_TRUE(script_.requests[1].target.ends_with("?ifGenerationMatch=5"));
}

TEST_F(GcsProtocolTest, ACutPutIsNotKnown) {
  script_.answers = {kCut};
  GcsProtocol gcs = protocol();
  EXPECT_EQ(run(gcs.put("k", "content", IfAbsent{})).error().code, Errc::kUnavailable);
  EXPECT_EQ(script_.requests.size(), 1u);
}

TEST_F(GcsProtocolTest, UploadsInParts) {
  const std::string content(kPart + 10, 'x');
  const auto info = upload(content, {persisted(kPart), {.body = object_json(content)}});
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(script_.requests[1].target, "/upload/storage/v1/b/b/o?upload_id=u");
  EXPECT_EQ(ranges(),
            (std::vector<std::string>{"bytes 0-8388607/8388618", "bytes 8388608-8388617/8388618"}));
}

TEST_F(GcsProtocolTest, GoesOnWhereTheStoreHasIt) {
  const std::string content(kPart + 10, 'x');
  const auto info =
      upload(content, {kCut, persisted(1 << 20), persisted(kPart), {.body = object_json(content)}});
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(ranges(), (std::vector<std::string>{"bytes 0-8388607/8388618", "bytes */8388618",
                                                "bytes 1048576-8388607/8388618",
                                                "bytes 8388608-8388617/8388618"}));
  EXPECT_EQ(script_.requests[3].body.size(), kPart - (1 << 20));
}

TEST_F(GcsProtocolTest, LearnsThatALostAnswerWasTheLastOne) {
  const std::string content(kPart + 10, 'x');
  const auto info =
      upload(content, {persisted(kPart), {.status = 503}, {.body = object_json(content)}});
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(ranges().back(), "bytes */8388618");
}

TEST_F(GcsProtocolTest, UploadsThatEnd) {
  const std::string content(kPart + 10, 'x');
  struct Case {
    const char* name;
    std::deque<ScriptedAnswer> answers;
    Errc code;
  };
  const Case cases[] = {
      {"somebody else was first", {persisted(kPart), {.status = 412}}, Errc::kConflict},
      {"the session is gone", {{.status = 410}}, Errc::kUnavailable},
      {"the key is revoked", {{.status = 403}}, Errc::kDenied},
      {"nobody is there", std::deque<ScriptedAnswer>(20, kCut), Errc::kUnavailable},
      {"the store forgets", {persisted(kPart), persisted(10)}, Errc::kUnavailable},
      {"the store has more", {persisted(kPart + 1)}, Errc::kUnavailable},
      {"no end", {persisted(kPart), persisted(kPart + 10)}, Errc::kUnavailable},
      {"no progress", std::deque<ScriptedAnswer>(20, persisted(0)), Errc::kUnavailable},
  };
  for (const Case& test : cases) {
    const auto info = upload(content, test.answers);
    ASSERT_FALSE(info.ok()) << test.name;
    EXPECT_EQ(info.error().code, test.code) << test.name;
    EXPECT_LT(script_.requests.size(), 15u) << test.name;
  }
}

TEST_F(GcsProtocolTest, ASessionWithoutAPlaceIsNone) {
  const std::string content(kPart + 1, 'x');
  for (const char* location : {"", "http://host-only", "upload/relative"}) {
    script_.answers = {{.headers = {{"Location", location}}}};
    StringSource source(content);
    GcsProtocol gcs = protocol();
    EXPECT_EQ(run(gcs.put_large("k", source, Always{})).error().code, Errc::kUnavailable);
  }
}

TEST_F(GcsProtocolTest, AFreshTokenOnceWhereAnOldOneIsRefused) {
  script_.answers = {{.status = 401}, {.body = object_json("c")}};
  GcsProtocol gcs = protocol(As::kSomebody);
  EXPECT_TRUE(run(gcs.head("k")).ok());
  ASSERT_EQ(script_.requests.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(net_client::find_header(script_.requests[i].headers, "Authorization"),
              "Bearer token-" + std::to_string(i + 1));
    EXPECT_FALSE(script_.requests[i].target.contains("token-"));
  }
  script_.answers = {{.status = 401}, {.status = 401, .body = "token-2"}};
  const auto refused = run(gcs.head("k"));
  EXPECT_EQ(refused.error().code, Errc::kDenied);
  EXPECT_FALSE(refused.error().message.contains("token-"));
}

TEST(GcsStore, RefusesOptionsThatCannotWork) {
  asio::io_context io;
  const SystemClock clock;
  const auto make = [&](auto change) {
    GcsOptions options{.bucket = "b"};
    change(options);
    return make_gcs_store(io.get_executor(), options, clock);
  };
  EXPECT_TRUE(make([](GcsOptions&) {}).ok());
  EXPECT_TRUE(make([](GcsOptions& o) { o.credentials = GcsWorkloadIdentity{}; }).ok());
  const std::function<void(GcsOptions&)> changes[] = {
      [](GcsOptions& o) { o.bucket = ""; },
      [](GcsOptions& o) { o.prefix = "a/"; },
      [](GcsOptions& o) { o.endpoint = "store.example"; },
      [](GcsOptions& o) { o.endpoint = "https://store.example/path"; },
      [](GcsOptions& o) { o.credentials = GcsServiceAccountKey{"{}"}; },
      [](GcsOptions& o) { o.credentials = GcsWorkloadIdentity{"ftp://metadata"}; },
  };
  for (const auto& change : changes) {
    const auto store = make(change);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, Errc::kInvalid);
  }
}

}  // namespace
}  // namespace coditect::objects
