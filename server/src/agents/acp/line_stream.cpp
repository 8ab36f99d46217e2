#include "agents/acp/line_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace coditect::agents::acp {

namespace {

constexpr std::size_t kReadBytes = 64u << 10;

}  // namespace

Result<std::unique_ptr<LineStream>> LineStream::open(const Strand& strand,
                                                     const FileDescriptor& socket,
                                                     std::size_t line_bytes_max) {
  // The socket closes its descriptor itself.
  const int copy = ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("duplicate a descriptor", errno);
  Socket made(strand);
  boost::system::error_code error;
  made.assign(asio::local::stream_protocol(), copy, error);
  if (error) {
    ::close(copy);
    return unavailable("the stream of a program: " + error.message());
  }
  return std::unique_ptr<LineStream>(new LineStream(strand, std::move(made), line_bytes_max));
}

LineStream::LineStream(const Strand& strand, Socket socket, std::size_t line_bytes_max)
    : line_bytes_max_(line_bytes_max), socket_(std::move(socket)), writing_(strand) {}

awaitable<Result<std::optional<std::string>>> LineStream::read() {
  for (;;) {
    const std::size_t end = read_.find('\n', looked_);
    const std::size_t length = (end == std::string::npos ? read_.size() : end) - begin_;
    if (length > line_bytes_max_) {
      co_return Error{Errc::kLimit,
                      "it wrote a line of more than " + std::to_string(line_bytes_max_) + " bytes",
                      {}};
    }
    if (end != std::string::npos) {
      std::string line = read_.substr(begin_, length);
      begin_ = looked_ = end + 1;
      co_return std::optional<std::string>(std::move(line));
    }
    // What was given out goes before more comes, so that a line is moved once.
    read_.erase(0, begin_);
    begin_ = 0;
    looked_ = read_.size();
    read_.resize(looked_ + kReadBytes);
    const auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(read_.data() + looked_, kReadBytes), asio::as_tuple(asio::use_awaitable));
    read_.resize(looked_ + size);
    if (error == asio::error::eof || error == asio::error::connection_reset) {
      co_return std::optional<std::string>();
    }
    if (error) co_return unavailable("reading what a program says: " + error.message());
  }
}

awaitable<Result<void>> LineStream::write(std::string line) {
  line += '\n';
  const AsyncMutex::Guard guard = co_await writing_.lock();
  const auto buffer = asio::buffer(line);
  const auto [error, size] =
      co_await asio::async_write(socket_, buffer, asio::as_tuple(asio::use_awaitable));
  if (error) co_return unavailable("talking to a program: " + error.message());
  co_return Result<void>{};
}

void LineStream::end() {
  boost::system::error_code gone;  // then it has ended already
  socket_.shutdown(asio::socket_base::shutdown_send, gone);
}

void LineStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace coditect::agents::acp
