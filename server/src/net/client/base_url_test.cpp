#include "net/client/base_url.h"

#include <gtest/gtest.h>

#include "net/client/proxy.h"

namespace coditect::net_client {
namespace {

struct Good {
  const char* text;
  Scheme scheme;
  const char* host;
  const char* port;
  const char* prefix;
  const char* host_header;
};

TEST(BaseUrl, Usable) {
  const Good cases[] = {
      {"https://api.anthropic.com", Scheme::kHttps, "api.anthropic.com", "443", "",
       "api.anthropic.com"},
      {"https://api.openai.com/v1/", Scheme::kHttps, "api.openai.com", "443", "/v1",
       "api.openai.com"},
      {"http://127.0.0.1:7701/a/b", Scheme::kHttp, "127.0.0.1", "7701", "/a/b", "127.0.0.1:7701"},
      {"http://[::1]:8080", Scheme::kHttp, "::1", "8080", "", "[::1]:8080"},
      {"HTTPS://Example.com:443", Scheme::kHttps, "Example.com", "443", "", "Example.com"},
      {"http://localhost:443", Scheme::kHttp, "localhost", "443", "", "localhost:443"},
  };
  for (const Good& test : cases) {
    const auto url = parse_base_url(test.text);
    ASSERT_TRUE(url.ok()) << test.text;
    EXPECT_EQ(url->scheme, test.scheme) << test.text;
    EXPECT_EQ(url->host, test.host) << test.text;
    EXPECT_EQ(url->port, test.port) << test.text;
    EXPECT_EQ(url->prefix, test.prefix) << test.text;
    EXPECT_EQ(url->host_header(), test.host_header) << test.text;
  }
}

TEST(BaseUrl, RefusedWithoutRepeatingTheText) {
  const char* cases[] = {"",
                         "api.openai.com/v1",
                         "ftp://host",
                         "https://",
                         "https:///v1",
                         "https://secret:secret@host",
                         "https://host?key=secret",
                         "https://host#secret",
                         "https://host:0",
                         "https://host:70000",
                         "https://host:",
                         "https://ho st",
                         "https://host/a b",
                         "https://host\r\nx: secret"};
  for (const char* text : cases) {
    const auto url = parse_base_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, Errc::kInvalid) << text;
    EXPECT_FALSE(url.error().message.contains("secret")) << text;
  }
}

struct ProxyCase {
  const char* name;
  ProxySettings settings;
  const char* url;
  const char* expected;  // "host:port authorization", "" for none
};

TEST(Proxy, Choice) {
  const ProxyCase cases[] = {
      {"none set", {"", ""}, "https://api.example.com", ""},
      {"https", {"http://proxy:3128", ""}, "https://api.example.com", "proxy:3128 "},
      {"without a scheme", {"proxy:3128", ""}, "https://api.example.com", "proxy:3128 "},
      {"http goes straight", {"http://proxy:3128", ""}, "http://api.example.com", ""},
      {"credentials", {"http://me:s%20t@proxy:1", ""}, "https://a", "proxy:1 Basic bWU6cyB0"},
      {"exact", {"http://proxy:1", "api.example.com"}, "https://api.example.com", ""},
      {"suffix", {"http://proxy:1", "x, example.com"}, "https://api.example.com", ""},
      {"dotted suffix", {"http://proxy:1", ".example.com"}, "https://api.example.com", ""},
      {"case", {"http://proxy:1", "EXAMPLE.com"}, "https://api.example.com", ""},
      {"no part of a label",
       {"http://proxy:1", "ample.com"},
       "https://api.example.com",
       "proxy:1 "},
      {"empty entries", {"http://proxy:1", ",, ,"}, "https://api.example.com", "proxy:1 "},
      {"star", {"http://proxy:1", "*"}, "https://api.example.com", ""},
      {"longer than the host",
       {"http://proxy:1", "x.api.example.com"},
       "https://api.example.com",
       "proxy:1 "},
  };
  for (const ProxyCase& test : cases) {
    const auto proxy = choose_proxy(test.settings, *parse_base_url(test.url));
    ASSERT_TRUE(proxy.ok()) << test.name;
    const std::string text =
        *proxy ? (*proxy)->host + ":" + (*proxy)->port + " " + (*proxy)->authorization : "";
    EXPECT_EQ(text, test.expected) << test.name;
  }
}

TEST(Proxy, SettingsFromAnEnvironment) {
  const char* const both[] = {"PATH=/bin", "https_proxy=b:1", "HTTPS_PROXY=a:1", "no_proxy=x",
                              nullptr};
  EXPECT_EQ(proxy_settings(both).https_proxy, "a:1");
  EXPECT_EQ(proxy_settings(both).no_proxy, "x");
  const char* const empty[] = {"HTTPS_PROXY=", "HTTPS_PROXY_2=a:1", "https_proxy=b:1", nullptr};
  EXPECT_EQ(proxy_settings(empty).https_proxy, "b:1");
  EXPECT_EQ(proxy_settings(empty).no_proxy, "");
}

TEST(Proxy, RefusesWhatItCannotTunnelThrough) {
  for (const char* text : {"socks5://proxy:1", "https://proxy:1", "http://", "http://a b"}) {
    EXPECT_FALSE(choose_proxy({text, ""}, *parse_base_url("https://a")).ok()) << text;
  }
}

}  // namespace
}  // namespace coditect::net_client
