#include "storage/objects/crc32c.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>

namespace coditect::objects {
namespace {

std::string rising(char from, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(from + i * step));
  return bytes;
}

TEST(Crc32c, HasTheChecksumsOfRfc3720) {
  struct Case {
    std::string_view what;
    std::string bytes;
    std::uint32_t crc;
  };
  const Case cases[] = {
      {"nothing", "", 0x00000000},
      {"digits", "123456789", 0xe3069283},
      {"32 bytes of zeros", std::string(32, '\0'), 0x8a9136aa},
      {"32 bytes of ones", std::string(32, '\xff'), 0x62a8ab43},
      {"32 rising bytes", rising(0, 1), 0x46dd794e},
      {"32 falling bytes", rising(31, -1), 0x113fdb5c},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(crc32c(c.bytes), c.crc) << c.what;
    EXPECT_EQ(crc32c_by_tables(c.bytes), c.crc) << c.what;
  }
}

TEST(Crc32c, IsTheSameByInstructionByTablesAndInParts) {
  rc::check([](const std::string& bytes) {
    const std::size_t cut = bytes.empty() ? 0 : bytes.size() / 3;
    const std::string_view all = bytes;
    RC_ASSERT(crc32c(all) == crc32c_by_tables(all));
    RC_ASSERT(crc32c(all.substr(cut), crc32c(all.substr(0, cut))) == crc32c(all));
    RC_ASSERT(crc32c_by_tables(all.substr(cut), crc32c_by_tables(all.substr(0, cut))) ==
              crc32c(all));
  });
}

TEST(Crc32c, SeesEveryFlippedBit) {
  const std::string bytes = rising('a', 3);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(crc32c(damaged), crc32c(bytes)) << bit;
  }
}

}  // namespace
}  // namespace coditect::objects
