#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <string>

#include "net/server.h"
#include "net/web_socket.h"

namespace coditect::net {

/// A WebSocket over Beast.
///
/// Threads: one strand.
class BeastWebSocket final : public WebSocket {
 public:
  using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

  BeastWebSocket(boost::beast::tcp_stream stream, const Strand& strand,
                 const ServerOptions& options);

  /// Answers the upgrade request. Nothing else is called before it has succeeded.
  awaitable<Result<void>> accept(const HttpRequest& request, std::string subprotocol);

  awaitable<Result<std::string>> read() override;
  awaitable<Result<void>> write(std::string text) override;
  awaitable<void> close(CloseCode code, std::string reason) override;
  bool is_open() const override { return stream_.is_open() && !closing_; }
  const std::string& subprotocol() const override { return subprotocol_; }
  const Strand& strand() const override { return strand_; }

  /// Closes the TCP connection without a word.
  void abort();

 private:
  Error closed_error(const boost::system::error_code& error) const;

  const Strand strand_;
  boost::beast::websocket::stream<boost::beast::tcp_stream, false> stream_;
  boost::beast::flat_buffer buffer_;
  std::string subprotocol_;
  bool closing_ = false;
};

}  // namespace coditect::net
