#include "storage/objects/file/object_file.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace coditect::objects {
namespace {

TEST(ObjectTrailer, IsTheLineOfTheFormatPage) {
  const ObjectTrailer trailer{.generation = 0x0123456789abcdef, .bytes = 9, .crc32c = 0xe3069283};
  EXPECT_EQ(to_text(trailer),
            "\ncoditect-object 1 0123456789abcdef 0000000000000009 e3069283 b23d16c9\n");
  EXPECT_EQ(parse_trailer(to_text(trailer)), trailer);
}

TEST(ObjectTrailer, ComesBackAsItWasWritten) {
  rc::check([](std::uint64_t generation, std::uint64_t bytes, std::uint32_t crc) {
    const ObjectTrailer trailer{generation, bytes, crc};
    RC_ASSERT(to_text(trailer).size() == kTrailerBytes);
    RC_ASSERT(parse_trailer(to_text(trailer)) == trailer);
  });
}

TEST(ObjectTrailer, RefusesEverythingElse) {
  const std::string good = to_text({.generation = 1, .bytes = 2, .crc32c = 3});
  EXPECT_FALSE(parse_trailer(""));
  EXPECT_FALSE(parse_trailer(good.substr(1)));
  EXPECT_FALSE(parse_trailer(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(parse_trailer(good + "\n"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char wrong : {'0', 'f', 'F', ' ', '\n', 'g', '\0'}) {
      if (good[i] == wrong) continue;
      std::string damaged = good;
      damaged[i] = wrong;
      EXPECT_FALSE(parse_trailer(damaged)) << i << " " << wrong;
    }
  }
}

}  // namespace
}  // namespace coditect::objects
