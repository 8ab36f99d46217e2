#include "net/client/http_error.h"

#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

namespace coditect::net_client {

HttpError network_error(std::string_view stage, const boost::system::error_code& error) {
  namespace http = boost::beast::http;
  auto kind = HttpError::Kind::kCut;
  if (error == boost::beast::error::timeout || error == boost::asio::error::timed_out) {
    kind = HttpError::Kind::kTimeout;
  } else if (error.category() == make_error_code(http::error::bad_version).category() &&
             error != http::error::partial_message && error != http::error::end_of_stream) {
    kind = HttpError::Kind::kMalformed;
  }
  return {kind, std::string(stage) + ": " + error.message()};
}

}  // namespace coditect::net_client
