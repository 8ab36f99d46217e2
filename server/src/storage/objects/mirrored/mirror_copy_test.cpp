#include "storage/objects/mirrored/mirror_copy.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace coditect::objects {
namespace {

ObjectInfo info_of(std::string key, std::string_view content) {
  return {std::move(key), content.size(), "generation 7", 0xe3069283};
}

TEST(MirrorCopy, IsTheExampleOfTheFormatPage) {
  EXPECT_EQ(make_copy({"a/b", 9, "17", 0xe3069283}, "123456789"),
            "123456789\n"
            "{\"key\":\"a/b\",\"generation\":\"17\",\"sha256\":"
            "\"468c6482d41819e6b61551e0cda66634c0e408a8913c3e024093a1d38dfc746c\","
            "\"crc32c\":3808858755}\n"
            "coditect-copy 1 00000129\n");
}

TEST(MirrorCopy, GivesBackWhatThePrimarySaid) {
  rc::check([](const std::string& content) {
    const ObjectInfo info = info_of("some/key", content);
    const auto object = read_copy("some/key", make_copy(info, content));
    RC_ASSERT(object.has_value());
    RC_ASSERT(object->content == content);
    RC_ASSERT(object->info == info);
  });
}

TEST(MirrorCopy, KeepsAMissingChecksumMissing) {
  const ObjectInfo info{"key", 1, "g", std::nullopt};
  EXPECT_EQ(read_copy("key", make_copy(info, "x"))->info, info);
}

TEST(MirrorCopy, EveryFlippedBitOfTheContentIsSeen) {
  const std::string content = "the content of an object";
  const std::string good = make_copy(info_of("key", content), content);
  for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
    std::string damaged = good;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(read_copy("key", damaged)) << bit;
  }
}

TEST(MirrorCopy, RefusesWhatIsNoCopyOfTheKey) {
  const std::string content = "content";
  const std::string good = make_copy(info_of("key", content), content);
  EXPECT_TRUE(read_copy("key", good));
  EXPECT_FALSE(read_copy("kez", good));
  EXPECT_FALSE(read_copy("key", ""));
  EXPECT_FALSE(read_copy("key", content));
  EXPECT_FALSE(read_copy("key", good + "\n"));
  EXPECT_FALSE(read_copy("key", "x" + good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(read_copy("key", good.substr(0, size))) << size;
    EXPECT_FALSE(read_copy("key", good.substr(good.size() - size))) << size;
  }
  const std::string end = "coditect-copy 1 ";
  for (const std::string number : {"99999999", "00000000", "0000000x", "-0000001", "        "}) {
    EXPECT_FALSE(read_copy("key", end + number + "\n")) << number;
    EXPECT_FALSE(read_copy("key", "{}" + end + number + "\n")) << number;
  }
  EXPECT_FALSE(read_copy("key", "{}" + end + "00000002\n"));
  EXPECT_FALSE(read_copy("key", "[1]" + end + "00000003\n"));
}

}  // namespace
}  // namespace coditect::objects
