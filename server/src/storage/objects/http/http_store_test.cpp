#include "storage/objects/http/http_store.h"

#include <gtest/gtest.h>

#include "storage/objects/crc32c.h"
#include "storage/objects/gcs/gcs_protocol.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/http/scripted_store.h"

namespace coditect::objects {
namespace {

TEST(RangeHeader, AsStoresReadIt) {
  EXPECT_EQ(range_header({}), "");
  EXPECT_EQ(range_header({0, 10}), "bytes=0-9");
  EXPECT_EQ(range_header({5, std::nullopt}), "bytes=5-");
  EXPECT_EQ(range_header({5, UINT64_MAX}), "bytes=5-");
}

/// A store in the folder "f" of a bucket, whose answers the tests write.
class HttpStoreTest : public testing::Test, public StoryTeller {
 protected:
  Result<ObjectStore::Object> get(ScriptedAnswer answer, Range range = {},
                                  std::size_t bytes_max = 100) {
    script_.answers = {std::move(answer)};
    return run(store_.get("k", range, bytes_max));
  }
  static ScriptedAnswer content(std::string body, std::string_view checked) {
    return {.headers = {{"x-goog-generation", "7"},
                        {"x-goog-hash", "crc32c=" + crc32c_text(crc32c(checked))}},
            .body = std::move(body)};
  }
  static ScriptedAnswer part(std::string body, const std::string& range) {
    ScriptedAnswer answer = content(std::move(body), "whole");
    answer.status = 206;
    answer.headers.push_back({"Content-Range", range});
    return answer;
  }

  Script script_;
  HttpStore store_{
      strand,
      std::make_unique<GcsProtocol>("b", std::make_unique<ScriptedClient>(script_), nullptr), "f",
      "gs://b"};
};

TEST_F(HttpStoreTest, PutsItsFolderInFront) {
  const auto object = get(content("hello", "hello"));
  ASSERT_TRUE(object.ok()) << object.error().message;
  EXPECT_EQ(object->content, "hello");
  EXPECT_EQ(object->info, (ObjectInfo{"k", 5, "7", crc32c("hello")}));
  EXPECT_TRUE(script_.requests[0].target.contains("/o/f%2Fk?"));
  EXPECT_EQ(store_.description(), "gs://b/f");
}

TEST_F(HttpStoreTest, SeesDamage) {
  EXPECT_EQ(get(content("hellO", "hello")).error().code, Errc::kInternal);
}

TEST_F(HttpStoreTest, GivesPartsWithoutTheWholesChecksum) {
  const auto object = get(part("ol", "bytes 2-3/5"), {2, 2});
  ASSERT_TRUE(object.ok()) << object.error().message;
  EXPECT_EQ(object->content, "ol");
  EXPECT_EQ(object->info.bytes, 5u);
}

TEST_F(HttpStoreTest, TakesNoOtherPartThanItAskedFor) {
  EXPECT_EQ(get(content("hello", "hello"), {2, 2}).error().code, Errc::kUnavailable);
  EXPECT_EQ(get(part("he", "bytes 0-1/5"), {2, 2}).error().code, Errc::kUnavailable);
  EXPECT_EQ(get(part("llo", "bytes 2-4/5"), {2, 2}).error().code, Errc::kUnavailable);
  EXPECT_EQ(get(part("l", "bytes 2-2/5"), {2, 2}).error().code, Errc::kUnavailable);
}

TEST_F(HttpStoreTest, TakesNoMoreThanItsCallerHolds) {
  EXPECT_EQ(get(content("hello", "hello"), {}, 4).error().code, Errc::kLimit);
  EXPECT_TRUE(get(content("hello", "hello"), {}, 5).ok());
}

TEST_F(HttpStoreTest, AsksOnlyForTheHeadWhereNothingIsToBeRead) {
  const ScriptedAnswer head{.body = R"({"name":"f/k","size":"5","generation":"7"})"};
  for (const Range range : {Range{2, 0}, Range{UINT64_MAX, 5}}) {
    const auto object = get(head, range);
    ASSERT_TRUE(object.ok()) << object.error().message;
    EXPECT_EQ(object->content, "");
    EXPECT_EQ(object->info.bytes, 5u);
  }
  script_.answers = {{.status = 416}, head};
  EXPECT_EQ(run(store_.get("k", {9, 1}, 100))->content, "");
}

TEST_F(HttpStoreTest, ListsOnlyItsOwn) {
  script_.answers = {{.body = R"({"items":[
      {"name":"f/a","size":"1","generation":"1"},{"name":"f/folder/","size":"0","generation":"1"}],
      "nextPageToken":"t"})"}};
  const auto page = run(store_.list("", "", 10));
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0].key, "a");
  EXPECT_EQ(page->next, "t");
  script_.answers = {{.body = R"({"items":[{"name":"g/a","size":"1","generation":"1"}]})"}};
  EXPECT_EQ(run(store_.list("", "", 10)).error().code, Errc::kInternal);
}

TEST_F(HttpStoreTest, RefusesBadKeysBeforeARequest) {
  EXPECT_EQ(run(store_.head("../k")).error().code, Errc::kInvalid);
  EXPECT_EQ(run(store_.put("a//b", "", Always{})).error().code, Errc::kInvalid);
  EXPECT_EQ(run(store_.list("", "", 0)).error().code, Errc::kInvalid);
  EXPECT_TRUE(script_.requests.empty());
}

}  // namespace
}  // namespace coditect::objects
