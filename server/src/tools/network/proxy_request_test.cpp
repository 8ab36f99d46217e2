#include "tools/network/proxy_request.h"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace coditect::tools {
namespace {

namespace http = boost::beast::http;

std::optional<ProxyRequest::Head> head_of(const std::string& text) {
  http::request_parser<http::empty_body> parser;
  parser.eager(false);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(text), error);
  if (error || !parser.is_header_done()) return std::nullopt;
  return parser.get().base();
}

TEST(ProxyRequest, UnderstandsOrRefuses) {
  const struct {
    const char* name;
    const char* head;
    const char* to;  ///< null: refused
    const char* target = "";
  } cases[] = {
      {"tunnel", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", "a.example:443"},
      {"tunnel, Host without a port", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
       "a.example:443"},
      {"tunnel without Host", "CONNECT a.example:443 HTTP/1.0\r\n\r\n", "a.example:443"},
      {"absolute", "GET http://a.example/b?c=d HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example:80",
       "/b?c=d"},
      {"absolute with a port", "GET http://a.example:8080 HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
       "a.example:8080", "/"},
      {"only a query", "GET HTTP://A.example?c HTTP/1.1\r\n\r\n", "a.example:80", "/?c"},
      {"no port", "CONNECT a.example HTTP/1.1\r\n\r\n", nullptr},
      {"other Host", "CONNECT a.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", nullptr},
      {"other Host, absolute", "GET http://a.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
       nullptr},
      {"other port in Host", "GET http://a.example/ HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
       nullptr},
      {"two Hosts",
       "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: evil.example\r\n\r\n", nullptr},
      {"user", "GET http://a.example@evil.example/ HTTP/1.1\r\n\r\n", nullptr},
      {"user in a tunnel", "CONNECT a.example@evil.example:443 HTTP/1.1\r\n\r\n", nullptr},
      {"backslash", "GET http://evil.example\\@a.example/ HTTP/1.1\r\n\r\n", nullptr},
      {"fragment", "GET http://a.example#@evil.example/ HTTP/1.1\r\n\r\n", nullptr},
      {"origin form", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", nullptr},
      {"https", "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", nullptr},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", nullptr},
      {"decimal address", "CONNECT 2130706433:443 HTTP/1.1\r\n\r\n", nullptr},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const auto head = head_of(each.head);
    ASSERT_TRUE(head) << "the test's own request is broken";
    const auto request = ProxyRequest::understand(*head);
    ASSERT_EQ(request.ok(), each.to != nullptr);
    if (!request) continue;
    EXPECT_EQ(request->to.text(), each.to);
    EXPECT_EQ(request->target, each.target);
  }
}

TEST(ProxyRequest, KeepsWhatIsBetweenClientAndProxyToItself) {
  auto head = head_of(
      "POST http://a.example:81/x HTTP/1.1\r\nHost: a.example:81\r\nConnection: X-Hop, "
      "Content-Length\r\nX-Hop: 1\r\nProxy-Authorization: Basic eHh4\r\nProxy-Connection: "
      "keep-alive\r\nUpgrade: websocket\r\nContent-Length: 3\r\nAccept: */*\r\n\r\n");
  ASSERT_TRUE(head);
  const auto request = ProxyRequest::understand(*head);
  ASSERT_TRUE(request);
  request->rewrite(*head);
  EXPECT_EQ(head->target(), "/x");
  EXPECT_EQ((*head)["Host"], "a.example:81");
  EXPECT_EQ((*head)["Connection"], "close");
  EXPECT_EQ((*head)["Content-Length"], "3");
  EXPECT_EQ((*head)["Accept"], "*/*");
  for (const char* gone : {"X-Hop", "Proxy-Authorization", "Proxy-Connection", "Upgrade"}) {
    EXPECT_EQ(head->count(gone), 0u) << gone;
  }
}

}  // namespace
}  // namespace coditect::tools
