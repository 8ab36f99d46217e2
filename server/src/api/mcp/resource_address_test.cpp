#include "api/mcp/resource_address.h"

#include <gtest/gtest.h>

namespace coditect::api {
namespace {

TEST(ResourceAddress, ReadsWhatItWrites) {
  for (const char* path : {"a.txt", "src/deep/a b.txt", "100%.md", "\xc3\xa4/?#&.txt", "a+b"}) {
    const auto read = parse_resource(file_uri("ws_1", path));
    ASSERT_TRUE(read) << path;
    EXPECT_EQ(read->kind, ResourceAddress::Kind::kFile);
    EXPECT_EQ(read->workspace, "ws_1");
    EXPECT_EQ(read->path, path);
  }
  EXPECT_EQ(file_uri("w", "a b"), "coditect://w/files/a%20b");
}

TEST(ResourceAddress, NamesAPartOfTheLog) {
  const auto whole = parse_resource(log_uri("ws_1"));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->kind, ResourceAddress::Kind::kLog);
  EXPECT_FALSE(whole->from);
  const auto part = parse_resource("coditect://ws_1/log?from=7&limit=20");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->from, Sequence(7));
  EXPECT_EQ(part->limit, std::size_t(20));
}

TEST(ResourceAddress, RefusesTheRest) {
  for (const char* uri :
       {"", "file:///etc/passwd", "coditect://", "coditect:///log", "coditect://w", "coditect://w/",
        "coditect://w/files/", "coditect://w/files/%zz", "coditect://w/logs",
        "coditect://w/log?from=x", "coditect://w/log?from=-1", "coditect://w/log?since=1",
        "coditect://w/log?from"}) {
    const auto read = parse_resource(uri);
    ASSERT_FALSE(read) << uri;
    EXPECT_EQ(read.error().code, Errc::kNotFound) << uri;
  }
}

}  // namespace
}  // namespace coditect::api
