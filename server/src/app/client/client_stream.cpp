#include "app/client/client_stream.h"

#include <boost/asio/connect.hpp>
#include <openssl/ssl.h>

#include <cerrno>
#include <poll.h>

namespace coditect::app {

bool TimedSocket::wait(Until until, boost::system::error_code& error) {
  const short events = until == Until::kReadable ? POLLIN : POLLOUT;
  pollfd waiting{socket_.native_handle(), events, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(silence_max_.count()));
  if (ready > 0 || (ready < 0 && errno == EINTR)) return true;
  error = ready == 0 ? boost::system::error_code(asio::error::timed_out)
                     : boost::system::error_code(errno, boost::system::system_category());
  return false;
}

Result<void> TimedSocket::connect(const net_client::BaseUrl& url) {
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(socket_.get_executor());
  const auto found = resolver.resolve(url.host, url.port, error);
  if (!error) asio::connect(socket_, found, error);
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error) return connection_error(url, error);
  return {};
}

Result<std::unique_ptr<ClientStream>> ClientStream::connect(const net_client::BaseUrl& url,
                                                            std::chrono::milliseconds silence_max) {
  std::unique_ptr<ClientStream> stream(new ClientStream(silence_max));
  TRY_VOID(stream->socket_.connect(url));
  if (url.scheme == net_client::Scheme::kHttps) TRY_VOID(stream->start_tls(url));
  return stream;
}

Result<void> ClientStream::start_tls(const net_client::BaseUrl& url) {
  boost::system::error_code error;
  tls_context_.set_default_verify_paths(error);
  if (error) return connection_error(url, error);
  tls_.emplace(socket_, tls_context_);
  tls_->set_verify_mode(asio::ssl::verify_peer, error);
  if (!error) tls_->set_verify_callback(asio::ssl::host_name_verification(url.host), error);
  if (error) return connection_error(url, error);
  if (::SSL_set_tlsext_host_name(tls_->native_handle(), url.host.c_str()) != 1) {
    return internal("TLS could not be set up for " + url.host);
  }
  tls_->handshake(asio::ssl::stream_base::client, error);
  if (!error) return {};
  if (error.category() != asio::error::get_ssl_category()) return connection_error(url, error);
  return Error{Errc::kDenied, url.host + ": TLS failed: " + error.message(),
               "see whether the server's certificate is one that this machine trusts"};
}

Error connection_error(const net_client::BaseUrl& url, const boost::system::error_code& error) {
  return unavailable(
      "the server at " + url.host_header() + " cannot be reached: " + error.message(),
      "see whether it is running and whether CODITECT_URL names it");
}

}  // namespace coditect::app
