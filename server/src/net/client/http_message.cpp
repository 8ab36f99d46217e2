#include "net/client/http_message.h"

#include <boost/beast/core/string.hpp>

namespace coditect::net_client {

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (boost::beast::iequals(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace coditect::net_client
