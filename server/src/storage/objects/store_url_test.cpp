#include "storage/objects/store_url.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <stdlib.h>
#include <string>

#include "storage/objects/open_store.h"

namespace coditect::objects {
namespace {

TEST(StoreUrl, NamesAFolderOrABucket) {
  struct Case {
    std::string_view text;
    StoreUrl url;
  };
  const std::string r2 = "https://account.r2.example.com";
  const Case cases[] = {
      {"file:///data/objects", FileUrl{"/data/objects"}},
      {"file:///data/objects/", FileUrl{"/data/objects"}},
      {"file:///a%20folder/%C3%BC", FileUrl{"/a folder/ü"}},
      {"gs://bucket", GcsUrl{"bucket", ""}},
      {"gs://bucket/", GcsUrl{"bucket", ""}},
      {"gs://bucket_1.example/a/b", GcsUrl{"bucket_1.example", "a/b"}},
      {"gs://bucket/a/", GcsUrl{"bucket", "a"}},
      {"gs://bucket/a%2Fb%20c", GcsUrl{"bucket", "a/b c"}},
      {"s3://bucket", S3Url{"bucket", "", "", "us-east-1", S3Url::Addressing::kHost, {}}},
      {"s3://bucket.dots", S3Url{"bucket.dots", "", "", "us-east-1", {}, {}}},
      {"s3://bucket?endpoint=https://account.r2.example.com&region=auto",
       S3Url{"bucket", "", r2, "auto", {}, {}}},
      {"s3://bucket/a?region=eu-west-1&addressing=path&checksums=omit",
       S3Url{"bucket", "a", "", "eu-west-1", {}, S3Url::Checksums::kOmit}},
      {"s3://bucket/?endpoint=http%3A%2F%2Flocalhost%3A9000&addressing=host",
       S3Url{"bucket", "", "http://localhost:9000", "us-east-1", S3Url::Addressing::kHost, {}}},
  };
  for (const Case& c : cases) {
    const auto url = parse_store_url(c.text);
    ASSERT_TRUE(url) << c.text << ": " << url.error().message;
    EXPECT_EQ(*url, c.url) << c.text << " is read as " << to_text(*url);
    const auto again = parse_store_url(to_text(*url));
    ASSERT_TRUE(again) << to_text(*url);
    EXPECT_EQ(*again, *url) << to_text(*url);
  }
}

TEST(StoreUrl, RefusesEverythingElse) {
  const std::string texts[] = {
      "",
      "file",
      "/data/objects",
      "file:/data",
      "file://data",
      "file://",
      "file:///",
      "file:////data",
      "file:///a//b",
      "file:///a/../b",
      "file:///a/./b",
      "file:///a/..",
      "file:///a%00b",
      "file:///a%2",
      "file:///a%ff",
      "file:///a?b=c",
      "file:///a#b",
      "FILE:///a",
      "http://bucket",
      "memory://x",
      "gs:bucket",
      "gs://",
      "gs://ab",
      "gs:///prefix",
      "gs://Bucket",
      "gs://-bucket",
      "gs://bucket-",
      "gs://buc..ket",
      "gs://bucket:80",
      "gs://user@bucket",
      "gs://bucket//a",
      "gs://bucket/a//b",
      "gs://bucket/../a",
      "gs://bucket/a%0Ab",
      "gs://bucket/a%zz",
      "gs://bucket?region=a",
      "gs://" + std::string(223, 'a'),
      "s3://bu_cket",
      "s3://key:secret@bucket",
      "s3://" + std::string(64, 'a'),
      "s3://bucket?",
      "s3://bucket?endpoint",
      "s3://bucket?endpoint=",
      "s3://bucket?endpoint=localhost:9000",
      "s3://bucket?endpoint=ftp://host",
      "s3://bucket?endpoint=https://user:secret@host",
      "s3://bucket?endpoint=https://host&endpoint=https://host",
      "s3://bucket?region=",
      "s3://bucket?region=EU",
      "s3://bucket?region=a/b",
      "s3://bucket?addressing=maybe",
      "s3://bucket?checksums=",
      "s3://bucket?secret=x",
      "s3://bucket?region=a&",
      "s3://bucket#a",
  };
  for (const std::string& text : texts) {
    const auto url = parse_store_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::kInvalid) << text;
    EXPECT_NE(url.error().hint, "") << text;
    EXPECT_FALSE(url.error().message.contains("secret@")) << text;
  }
}

TEST(OpenStore, OpensWhatTheUrlNames) {
  asio::io_context io;
  BlockingPool pool(1);
  const SystemClock clock;
  SystemRandom random;
  const StoreParts parts{io.get_executor(), pool, clock, random};
  CountingStore::Counters counters;
  StoreOptions options;
  options.s3_credentials.access_key = "id";
  options.s3_credentials.secret_key = "secret";
  options.gcs_emulator = "localhost:1";

  std::string folder = testing::TempDir() + "objects-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  struct Case {
    std::string url;
    std::string_view begins;
  };
  const Case cases[] = {{"file://" + folder + "/store", "file://"},
                        {"gs://bucket/prefix", "gs://bucket"},
                        {"s3://bucket/prefix?endpoint=http://localhost:1", "s3://bucket"}};
  for (const Case& c : cases) {
    const auto url = parse_store_url(c.url);
    ASSERT_TRUE(url) << url.error().message;
    const auto store = open_store(*url, options, parts, counters);
    ASSERT_TRUE(store) << c.url << ": " << store.error().message;
    EXPECT_TRUE((*store)->description().starts_with(c.begins)) << (*store)->description();
    EXPECT_FALSE((*store)->description().contains("secret"));
    asio::co_spawn(io, (*store)->close(),
                   [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
    io.restart();
    io.run();
  }
  EXPECT_TRUE(std::filesystem::is_directory(folder + "/store/objects"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace coditect::objects
