#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "base/sha256.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/blobs_test_support.h"
#include "storage/blobs/pack_reader.h"
#include "storage/blobs/pack_writer.h"

namespace coditect::blobs {
namespace {

TEST_F(BlobsTest, PutAndGet) {
  const std::string contents[] = {"", "hello", std::string(1u << 20, 'x'), std::string("\0\n", 2)};
  for (const std::string& content : contents) {
    const auto hash = store_->put(content);
    ASSERT_TRUE(hash) << hash.error().message;
    EXPECT_EQ(*hash, sha256_hex(content));
    EXPECT_TRUE(*store_->contains(*hash));
    EXPECT_EQ(*store_->get(*hash), content);
  }
  EXPECT_EQ(stored_files().size(), 4u);
  ASSERT_TRUE(store_->put("hello"));
  EXPECT_EQ(stored_files().size(), 4u);
  reopen();
  for (const std::string& content : contents) EXPECT_EQ(*store_->get(sha256_hex(content)), content);
}

TEST_F(BlobsTest, ManyContentsTakeOnePack) {
  std::vector<std::string> contents;
  for (int i = 0; i < 500; ++i) contents.push_back("content " + std::to_string(i % 400));
  const std::vector<std::string_view> views(contents.begin(), contents.end());
  const auto hashes = store_->put_all(views);
  ASSERT_TRUE(hashes) << hashes.error().message;
  EXPECT_EQ(stored_files().size(), 1u);
  reopen();
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ((*hashes)[i], sha256_hex(contents[i]));
    EXPECT_EQ(*store_->get((*hashes)[i]), contents[i]);
  }
  ASSERT_TRUE(store_->put_all(views));
  ASSERT_TRUE(store_->put_all({}));
  ASSERT_TRUE(store_->put("content 7"));
  EXPECT_EQ(stored_files().size(), 1u) << "what is there is not stored again";
}

TEST_F(BlobsTest, RefusesWhatIsNoHashAndWhatIsNotThere) {
  const std::string cases[] = {"",
                               "abc",
                               "../../etc/passwd",
                               std::string(64, 'g'),
                               std::string(64, 'A'),
                               std::string(63, '0'),
                               std::string(65, '0')};
  for (const std::string& hash : cases) {
    EXPECT_EQ(store_->get(hash).error().code, Errc::kInvalid) << hash;
    EXPECT_EQ(store_->contains(hash).error().code, Errc::kInvalid) << hash;
  }
  EXPECT_EQ(store_->get(sha256_hex("missing")).error().code, Errc::kNotFound);
  EXPECT_FALSE(*store_->contains(sha256_hex("missing")));
}

TEST_F(BlobsTest, EveryDamageOfAFileIsNoticed) {
  const std::string content = "some text that is compressed, some text that is not";
  const std::string hash = *store_->put(content);
  const std::filesystem::path file = stored_files().front();
  const std::string good = *read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    write(file, bad);
    const auto got = store_->get(hash);
    // A flag of the frame that does not matter for the content may differ.
    if (got) {
      EXPECT_EQ(*got, content) << i;
    } else {
      EXPECT_TRUE(got.error().code == Errc::kInternal || got.error().code == Errc::kLimit) << i;
    }
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    write(file, good.substr(0, size));
    const auto got = store_->get(hash);
    ASSERT_FALSE(got) << size;
    EXPECT_EQ(got.error().code, Errc::kInternal);
    EXPECT_NE(got.error().message.find(file.string()), std::string::npos);
    EXPECT_FALSE(got.error().hint.empty());
  }
  write(file, good + "x");
  EXPECT_FALSE(store_->get(hash));
  write(file, Compressor().compress("another content"));
  EXPECT_EQ(store_->get(hash).error().code, Errc::kInternal);
}

TEST_F(BlobsTest, EveryDamageOfAPackIsNoticed) {
  const std::vector<std::string_view> contents = {"one", "two", "three"};
  ASSERT_TRUE(store_->put_all(contents));
  const std::filesystem::path file = stored_files().front();
  const std::string good = *read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write(file, bad);
    for (std::string_view content : contents) {
      const auto got = store_->get(sha256_hex(content));
      if (got) {
        EXPECT_EQ(*got, content) << i;
      } else {
        EXPECT_NE(got.error().code, Errc::kNotFound) << i;
      }
    }
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    write(file, good.substr(0, size));
    EXPECT_EQ(store_->get(sha256_hex("one")).error().code, Errc::kInternal) << size;
  }
  std::filesystem::remove(file);
  EXPECT_FALSE(store_->get(sha256_hex("one")));
}

TEST_F(BlobsTest, ABombIsStopped) {
  const std::string hash = *store_->put(std::string(8u << 20, '\0'));
  EXPECT_LT(std::filesystem::file_size(stored_files().front()), 4096u);
  const auto got = store_->get(hash, 1u << 20);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::kLimit);
  std::uint64_t given = 0;
  EXPECT_FALSE(store_->read(hash, 1u << 20, [&](std::string_view part) {
    given += part.size();
    return Result<void>();
  }));
  EXPECT_LE(given, 1u << 20);
  EXPECT_EQ(store_->get(hash, 8u << 20)->size(), 8u << 20);
}

TEST_F(BlobsTest, AnErrorOfTheSinkIsPassedOn) {
  const std::string hash = *store_->put("content");
  const auto read =
      store_->read(hash, 100, [](std::string_view) -> Result<void> { return invalid("full"); });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "full");
}

TEST_F(BlobsTest, WhatAnUnfinishedWriteLeftIsRemoved) {
  ASSERT_TRUE(store_->put("kept"));
  write(folder() / "pack.tmp-1-1", "half");
  write(folder() / (sha256_hex("x") + ".zst.tmp-1-2"), "half");
  reopen();
  EXPECT_EQ(stored_files().size(), 1u);
  {
    auto writer = PackWriter::begin(*store_);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add("never finished"));
    EXPECT_EQ(stored_files().size(), 2u);
  }
  EXPECT_EQ(stored_files().size(), 1u);
  EXPECT_FALSE(*store_->contains(sha256_hex("never finished")));
}

TEST_F(BlobsTest, PartsOfAnySizeAreOneContent) {
  SeededRandom random(5);
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += static_cast<char>(random.below(7));
  auto writer = PackWriter::begin(*store_);
  ASSERT_TRUE(writer);
  for (int round = 0; round < 2; ++round) {
    std::string_view rest = content;
    const auto added = writer->add_parts([&]() -> Result<std::string_view> {
      const std::string_view part = rest.substr(0, 77'777);
      rest.remove_prefix(part.size());
      return part;
    });
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_EQ(added->hash, sha256_hex(content));
    EXPECT_EQ(added->bytes, content.size());
  }
  const auto broken = writer->add_parts(
      []() -> Result<std::string_view> { return unavailable("the file cannot be read"); });
  EXPECT_FALSE(broken);
  ASSERT_TRUE(writer->add("after it"));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(*store_->get(sha256_hex(content)), content);
  EXPECT_EQ(*store_->get(sha256_hex("after it")), "after it");
  const auto pack = PackReader::open(stored_files().front());
  ASSERT_TRUE(pack);
  EXPECT_EQ(pack->entries()->size(), 2u);
}

RC_GTEST_FIXTURE_PROP(BlobsTest, EveryContentComesBack,
                      (const std::vector<std::string>& contents)) {
  const std::vector<std::string_view> views(contents.begin(), contents.end());
  const auto hashes = store_->put_all(views);
  RC_ASSERT(hashes.ok());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto got = store_->get((*hashes)[i]);
    RC_ASSERT(got.ok());
    RC_ASSERT(*got == contents[i]);
  }
}

}  // namespace
}  // namespace coditect::blobs
