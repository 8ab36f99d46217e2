#include "tools/network/allow_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tools/network/public_address.h"

namespace coditect::tools {
namespace {

using boost::asio::ip::make_address;

AllowList list_of(const std::vector<std::string>& patterns) {
  auto list = AllowList::parse(patterns);
  EXPECT_TRUE(list) << list.error().message;
  return list ? *std::move(list) : AllowList();
}

TEST(AllowList, LetsOutToWhatIsListed) {
  const AllowList list = list_of(
      {"Registry.example", "*.example.org:443", "192.0.2.7:5432", "[2001:db8::1]:443", "10.0.0.5"});
  const struct {
    const char* to;
    bool allowed;
  } cases[] = {
      {"registry.example:443", true},
      {"registry.example:80", true},
      {"registry.example:22", false},
      {"REGISTRY.example:443", true},
      {"a.registry.example:443", false},
      {"registry.example.evil.test:443", false},
      {"evilregistry.example:443", false},
      {"example.org:443", false},
      {"a.example.org:443", true},
      {"a.b.example.org:443", true},
      {"a.example.org:80", false},
      {"evilexample.org:443", false},
      {"192.0.2.7:5432", true},
      {"192.0.2.7:443", false},
      {"192.0.2.8:5432", false},
      {"[2001:db8::1]:443", true},
      {"[2001:db8:0::1]:443", true},
      {"[2001:db8::2]:443", false},
      {"[::ffff:10.0.0.5]:80", true},
      {"10.0.0.5:443", true},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.to);
    const auto to = parse_host_port(each.to, std::nullopt);
    ASSERT_TRUE(to);
    EXPECT_EQ(list.allows(*to), each.allowed);
  }
}

TEST(AllowList, ConnectsToNoAddressThatIsNotPublicOrListed) {
  const AllowList list = list_of({"*.example", "10.0.0.5:8080"});
  EXPECT_TRUE(list.allows_address(make_address("1.1.1.1"), 443));
  EXPECT_TRUE(list.allows_address(make_address("10.0.0.5"), 8080));
  EXPECT_TRUE(list.allows_address(make_address("::ffff:10.0.0.5"), 8080));
  EXPECT_FALSE(list.allows_address(make_address("10.0.0.5"), 443));
  EXPECT_FALSE(list.allows_address(make_address("127.0.0.1"), 443));
}

TEST(AllowList, IsToldInALine) {
  EXPECT_EQ(list_of({"A.example", "*.b.example:1"}).text(), "A.example, *.b.example:1");
  const std::string text = list_of(std::vector<std::string>(1000, "a.example")).text();
  EXPECT_TRUE(text.ends_with("a.example and 980 more")) << text;
}

TEST(AllowList, RefusesWhatIsNoPattern) {
  for (const char* pattern :
       {"", "*", "*.", "*.1.2.3.4", "a.*.example", "https://a.example", "a.example/path",
        "user@a.example", "a.example:http", "127.1", "*.[::1]", "a.example:0"}) {
    EXPECT_FALSE(AllowList::parse({pattern})) << pattern;
  }
  EXPECT_FALSE(AllowList::parse(std::vector<std::string>(1001, "a.example")));
}

TEST(PublicAddress, NamesWhatIsNot) {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "100.100.100.200",
                              "127.0.0.1",
                              "127.255.255.254",
                              "168.63.129.16",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.192",
                              "192.168.1.1",
                              "198.18.0.1",
                              "224.0.0.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "fe80::1",
                              "fec0::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "ff02::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "3fff::1",
                              "5f00::1"}) {
    EXPECT_FALSE(is_public(make_address(address))) << address;
  }
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.128.0.0", "172.32.0.0", "192.0.1.1",
        "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:200::1", "::ffff:1.1.1.1"}) {
    EXPECT_TRUE(is_public(make_address(address))) << address;
  }
}

RC_GTEST_PROP(AllowList, ANameIsLetOutOnlyByItsOwnPattern, ()) {
  std::string labels[3];
  for (std::string& label : labels) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 4);
    label = *rc::gen::container<std::string>(size, rc::gen::element('a', 'b', 'c'));
  }
  const std::string listed = labels[0] + "." + labels[1];
  const std::string asked = *rc::gen::element(listed, labels[2] + "." + listed, labels[2] + listed,
                                              listed + "." + labels[2], labels[2]);
  const AllowList plain = list_of({listed});
  const AllowList below = list_of({"*." + listed});
  RC_ASSERT(plain.allows({asked, 443}) == (asked == listed));
  RC_ASSERT(below.allows({asked, 443}) == asked.ends_with("." + listed));
}

}  // namespace
}  // namespace coditect::tools
