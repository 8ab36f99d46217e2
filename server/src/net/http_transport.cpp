#include "net/http_transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

namespace coditect::net {

awaitable<Result<void>> HttpTransport::write(std::string bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    stream.expires_after(write_time);
    const asio::const_buffer rest(bytes.data() + sent, bytes.size() - sent);
    const auto [error, count] =
        co_await stream.async_write_some(rest, asio::as_tuple(asio::use_awaitable));
    if (error) co_return unavailable("the client is gone: " + error.message());
    sent += count;
  }
  co_return Result<void>();
}

void HttpTransport::close() { stream.close(); }

}  // namespace coditect::net
