#include "tools/network/host_port.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::tools {
namespace {

TEST(HostPort, HasOneSpelling) {
  const struct {
    const char* name;
    const char* text;
    const char* read;  ///< null: refused
  } cases[] = {
      {"name", "Registry.Example:443", "registry.example:443"},
      {"default port", "registry.example", "registry.example:80"},
      {"IPv4", "192.0.2.7:8080", "192.0.2.7:8080"},
      {"IPv6", "[2001:DB8::0:1]:443", "[2001:db8::1]:443"},
      {"IPv4 in IPv6", "[::ffff:10.0.0.1]:80", "10.0.0.1:80"},
      {"a label that begins with a digit", "1.pool.example", "1.pool.example:80"},
      {"user", "registry.example@evil.example:443", nullptr},
      {"user and password", "a:b@evil.example", nullptr},
      {"empty", "", nullptr},
      {"only a port", ":443", nullptr},
      {"two ports", "a.example:80:443", nullptr},
      {"port 0", "a.example:0", nullptr},
      {"port too high", "a.example:65536", nullptr},
      {"port with a sign", "a.example:+80", nullptr},
      {"empty port", "a.example:", nullptr},
      {"empty label", "a..example", nullptr},
      {"trailing dot", "a.example.", nullptr},
      {"blank", "a example", nullptr},
      {"line end", "a.example\r\nX: y", nullptr},
      {"NUL", "a\0.example", nullptr},
      {"slash", "a.example/", nullptr},
      {"percent", "%61.example", nullptr},
      {"not ASCII", "\xc3\xa4.example", nullptr},
      {"bare IPv6", "::1:443", nullptr},
      {"zone", "[fe80::1%25eth0]:80", nullptr},
      {"zone unescaped", "[fe80::1%eth0]:80", nullptr},
      {"open bracket", "[::1", nullptr},
      {"text behind a bracket", "[::1]evil.example:80", nullptr},
      {"decimal address", "2130706433:80", nullptr},
      {"octal address", "0177.0.0.1:80", nullptr},
      {"hexadecimal address", "0x7f000001:80", nullptr},
      {"hexadecimal part", "127.0.0.0x1:80", nullptr},
      {"short address", "127.1:80", nullptr},
      {"leading zeros", "127.000.000.001:80", nullptr},
      {"five parts", "127.0.0.0.1:80", nullptr},
      {"part too high", "127.0.0.256:80", nullptr},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const std::string_view text =
        each.name == std::string_view("NUL") ? std::string_view("a\0.example", 10) : each.text;
    const auto read = parse_host_port(text, 80);
    ASSERT_EQ(read.ok(), each.read != nullptr) << (read ? read->text() : "");
    if (read) EXPECT_EQ(read->text(), each.read);
  }
  EXPECT_FALSE(parse_host_port("a.example", std::nullopt));
}

RC_GTEST_PROP(HostPort, ReadsWhatItWrites, (std::string text)) {
  const auto read = parse_host_port(text, 443);
  if (!read) return;
  const auto again = parse_host_port(read->text(), std::nullopt);
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == *read);
}

}  // namespace
}  // namespace coditect::tools
