#include "tools/network/public_address.h"

#include <algorithm>
#include <cstdint>

#include "tools/network/host_port.h"

namespace coditect::tools {

namespace {

struct Block {
  std::uint32_t begin;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Block kSpecial[] = {
    {v4(0, 0, 0, 0), 8},         // this network
    {v4(10, 0, 0, 0), 8},        // private
    {v4(100, 64, 0, 0), 10},     // shared by carriers
    {v4(127, 0, 0, 0), 8},       // loopback
    {v4(168, 63, 129, 16), 32},  // one cloud's machine agent
    {v4(169, 254, 0, 0), 16},    // link-local, metadata
    {v4(172, 16, 0, 0), 12},     // private
    {v4(192, 0, 0, 0), 24},      // protocol assignments
    {v4(192, 0, 2, 0), 24},      // documentation
    {v4(192, 31, 196, 0), 24},   // AS112
    {v4(192, 52, 193, 0), 24},   // AMT
    {v4(192, 88, 99, 0), 24},    // 6to4 relays
    {v4(192, 168, 0, 0), 16},    // private
    {v4(192, 175, 48, 0), 24},   // AS112
    {v4(198, 18, 0, 0), 15},     // benchmarks
    {v4(198, 51, 100, 0), 24},   // documentation
    {v4(203, 0, 113, 0), 24},    // documentation
    {v4(224, 0, 0, 0), 3},       // multicast, reserved, broadcast
};

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(kSpecial, [address](const Block& block) {
    return (address ^ block.begin) >> (32 - block.bits) == 0;
  });
}

bool is_public_v6(const boost::asio::ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  const auto word = [&bytes](std::size_t at) {
    return static_cast<std::uint32_t>(bytes[2 * at] << 8 | bytes[2 * at + 1]);
  };
  // What is given out is 2000::/3; the rest is local, reserved, or translated.
  if (word(0) >> 13 != 1) return false;
  if (word(0) == 0x2001 && word(1) < 0x0200) return false;   // protocols, Teredo
  if (word(0) == 0x2001 && word(1) == 0x0db8) return false;  // documentation
  if (word(0) == 0x2002) return false;                       // 6to4
  if (word(0) == 0x2620 && word(1) == 0x004f && word(2) == 0x8000) return false;  // AS112
  return word(0) != 0x3fff || word(1) >= 0x1000;                                  // documentation
}

}  // namespace

bool is_public(const boost::asio::ip::address& address) {
  const auto plain = plain_address(address);
  return plain.is_v4() ? is_public_v4(plain.to_v4().to_uint()) : is_public_v6(plain.to_v6());
}

}  // namespace coditect::tools
