#include "net/response_head.h"

#include <algorithm>

#include "net/ascii.h"

namespace coditect::net {

namespace {

bool is_token(std::string_view name) {
  const auto is_token_char = [](char c) {
    const char lower = to_lower_ascii(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  return !name.empty() && std::ranges::all_of(name, is_token_char);
}

bool is_servers_own(std::string_view name) {
  return equal_without_case(name, "content-length") ||
         equal_without_case(name, "transfer-encoding") || equal_without_case(name, "connection");
}

void append_header(std::string& bytes, std::string_view name, std::string_view value) {
  bytes.append(name).append(": ");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    bytes += (byte < 0x20 && c != '\t') || byte == 0x7f ? ' ' : c;
  }
  bytes += "\r\n";
}

}  // namespace

bool forbids_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string to_bytes(const ResponseHead& head, const Headers& headers) {
  std::string bytes = "HTTP/1.1 " + std::to_string(head.status) + " ";
  bytes.append(reason_phrase(head.status)).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (is_token(name) && !is_servers_own(name)) append_header(bytes, name, value);
  }
  if (head.framing == Framing::kLength) {
    append_header(bytes, "Content-Length", std::to_string(head.content_length));
  } else if (head.framing == Framing::kChunked) {
    append_header(bytes, "Transfer-Encoding", "chunked");
  }
  const bool keep_alive = head.after == AfterAnswer::kKeepAlive;
  append_header(bytes, "Connection", keep_alive ? "keep-alive" : "close");
  return bytes += "\r\n";
}

}  // namespace coditect::net
