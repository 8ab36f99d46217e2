#include "storage/objects/http/exchange.h"

#include <gtest/gtest.h>

namespace coditect::objects {
namespace {

struct Case {
  const char* name;
  net_client::HttpHead head;
  std::optional<ContentExtent> extent;
};

TEST(ContentExtent, AsTheHeadersSay) {
  const Case cases[] = {
      {"whole", {200, {{"content-length", "7"}}}, ContentExtent{0, 7, 7}},
      {"empty", {200, {{"Content-Length", "0"}}}, ContentExtent{0, 0, 0}},
      {"part", {206, {{"Content-Range", "bytes 2-4/10"}}}, ContentExtent{2, 3, 10}},
      {"part with its length",
       {206, {{"Content-Range", "bytes 2-4/10"}, {"Content-Length", "3"}}},
       ContentExtent{2, 3, 10}},
      {"no length", {200, {}}, std::nullopt},
      {"a part without its place", {206, {{"Content-Length", "3"}}}, std::nullopt},
      {"another length",
       {206, {{"Content-Range", "bytes 2-4/10"}, {"Content-Length", "4"}}},
       std::nullopt},
      {"another unit", {206, {{"Content-Range", "lines 2-4/10"}}}, std::nullopt},
      {"backwards", {206, {{"Content-Range", "bytes 4-2/10"}}}, std::nullopt},
      {"behind the end", {206, {{"Content-Range", "bytes 2-10/10"}}}, std::nullopt},
      {"unknown size", {206, {{"Content-Range", "bytes 2-4/*"}}}, std::nullopt},
      {"no numbers", {206, {{"Content-Range", "bytes -/"}}}, std::nullopt},
      {"no slash", {206, {{"Content-Range", "bytes 2-4"}}}, std::nullopt},
      {"not found", {404, {{"Content-Length", "3"}}}, std::nullopt},
  };
  for (const Case& test : cases) {
    const auto extent = content_extent(test.head);
    ASSERT_EQ(extent.has_value(), test.extent.has_value()) << test.name;
    if (!extent) continue;
    EXPECT_EQ(extent->offset, test.extent->offset) << test.name;
    EXPECT_EQ(extent->bytes, test.extent->bytes) << test.name;
    EXPECT_EQ(extent->object_bytes, test.extent->object_bytes) << test.name;
  }
}

TEST(StoreTransport, OnlyWhatIsNotKnownIsUnavailable) {
  using Kind = net_client::HttpError::Kind;
  for (const Kind kind : {Kind::kConnect, Kind::kTimeout, Kind::kCut, Kind::kMalformed}) {
    EXPECT_EQ(to_error({kind, "x"}).code, Errc::kUnavailable);
  }
  EXPECT_EQ(to_error({Kind::kTls, "x"}).code, Errc::kDenied);
  EXPECT_EQ(to_error({Kind::kProxy, "x"}).code, Errc::kDenied);
  EXPECT_EQ(to_error({Kind::kCancelled, "x"}).code, Errc::kCancelled);
}

}  // namespace
}  // namespace coditect::objects
