#include "base/image_header.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace coditect {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string all;
  for (const int value : values) all.push_back(static_cast<char>(value));
  return all;
}

std::string png(int width, int height) {
  return "\x89PNG\r\n\x1a\n" + bytes({0, 0, 0, 13}) + "IHDR" +
         bytes({0, 0, width >> 8, width & 255, 0, 0, height >> 8, height & 255, 8, 6, 0, 0, 0});
}

/// SOI, the segments before the frame, and the frame.
std::string jpeg(const std::string& before, int sof, int width, int height) {
  return bytes({0xff, 0xd8}) + before +
         bytes({0xff, sof, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22,
                0, 2, 0x11, 1, 3, 0x11, 1});
}

TEST(ImageHeader, OfAPng) {
  const auto header = read_image_header(png(640, 480));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->media_type, "image/png");
  EXPECT_EQ(header->width, 640);
  EXPECT_EQ(header->height, 480);
}

TEST(ImageHeader, OfAJpegBehindOtherSegments) {
  const std::string jfif = bytes({0xff, 0xe0, 0, 4, 'J', 'F'});
  const std::string table = bytes({0xff, 0xff, 0xff, 0xc4, 0, 3, 0});  // a DHT, after fill bytes
  const std::string alone = bytes({0xff, 0x01});
  for (const int sof : {0xc0, 0xc1, 0xc2, 0xcf}) {
    const auto header = read_image_header(jpeg(jfif + table + alone, sof, 1999, 3));
    ASSERT_TRUE(header) << sof;
    EXPECT_EQ(header->media_type, "image/jpeg");
    EXPECT_EQ(header->width, 1999);
    EXPECT_EQ(header->height, 3);
  }
}

TEST(ImageHeader, NothingElseIsAPicture) {
  const std::string frameless = bytes({0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xd9});
  for (const std::string& other :
       {std::string(), std::string("GIF89a\1\0\1\0"), std::string("RIFF\0\0\0\0WEBPVP8 ", 16),
        std::string("<svg/>"), frameless, png(0, 9), png(9, 0), jpeg("", 0xc0, 0, 9)}) {
    EXPECT_EQ(read_image_header(other).error().code, Errc::kInvalid) << other;
  }
}

TEST(ImageHeader, WhatIsCutShortIsNoPicture) {
  const std::string whole_png = png(640, 480).substr(0, 24);
  const std::string whole_jpeg =
      jpeg(bytes({0xff, 0xe0, 0, 4, 'J', 'F'}), 0xc2, 7, 5).substr(0, 17);
  for (const std::string& whole : {whole_png, whole_jpeg}) {
    EXPECT_TRUE(read_image_header(whole));
    for (std::size_t end = 0; end < whole.size(); ++end) {
      EXPECT_FALSE(read_image_header(whole.substr(0, end))) << end;
    }
  }
}

TEST(ImageHeader, ASegmentThatClaimsToBeEmptyEnds) {
  EXPECT_FALSE(read_image_header(bytes({0xff, 0xd8, 0xff, 0xe0, 0, 0}) + std::string(64, '\xff')));
  EXPECT_FALSE(read_image_header(bytes({0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff})));
}

}  // namespace
}  // namespace coditect
