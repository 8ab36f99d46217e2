#include "storage/objects/http/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "storage/objects/crc32c.h"

namespace coditect::objects {
namespace {

TEST(Encoding, EscapesForUrls) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c+d%e"), "a%20b%2Fc%2Bd%25e");
  EXPECT_EQ(percent_encode("\xC3\xA9"), "%C3%A9");
  EXPECT_EQ(percent_encode_path("a b/c"), "a%20b/c");
}

TEST(Encoding, Base64AsTheStandardShows) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_url("\xFB\xEF\xFF"), "--__");
  EXPECT_EQ(base64_url("f"), "Zg");
}

TEST(Encoding, ChecksumsAsStoresWriteThem) {
  EXPECT_EQ(crc32c_text(crc32c("")), "AAAAAA==");
  EXPECT_EQ(crc32c_text(0xE3069283), "4waSgw==");  // of "123456789"
  EXPECT_EQ(parse_crc32c("4waSgw=="), 0xE3069283);
}

TEST(Encoding, RefusesWhatIsNoChecksum) {
  for (const char* text : {"", "AAAAAA", "AAAAAA=", "AAAAAAAA",
                           "AAAAA===", "====", "AAAA*A==", "AAAAAB==", "4waSgw== "}) {
    EXPECT_EQ(parse_crc32c(text), std::nullopt) << text;
  }
}

TEST(Encoding, EveryChecksumComesBack) {
  EXPECT_TRUE(
      rc::check([](std::uint32_t crc) { RC_ASSERT(parse_crc32c(crc32c_text(crc)) == crc); }));
}

TEST(Encoding, Numbers) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace coditect::objects
