#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/strand.h"
#include "base/result.h"
#include "net/http.h"
#include "net/response_stream.h"
#include "protocols/mcp/server.h"

namespace coditect::mcp {

/// Writes one ReplyStream to one connection.
///
/// Threads:  the connection's strand; it crosses to the server's for every message.
/// Lifetime: one answer.
class StreamWriter {
 public:
  /// Whether an answer that is there soon may be sent alone.
  enum class Form { kJsonOrEvents, kEvents };

  StreamWriter(Server& server, const Server::Accepted& accepted, net::ResponseStream& out);

  /// Returns when the stream has ended or the client is gone. Nothing says that `out` was used.
  awaitable<std::optional<net::Response>> run(Form form);

 private:
  using Next = ReplyStream::Next;

  awaitable<std::optional<net::Response>> write_all(Form form);
  awaitable<void> watch_client();
  static awaitable<void> detach_on_strand(std::shared_ptr<ReplyStream> stream,
                                          std::uint64_t reader);
  static awaitable<std::uint64_t> attach_on_strand(std::shared_ptr<ReplyStream> stream);
  static awaitable<void> deliver_on_strand(std::function<void()> delivered);
  awaitable<Result<void>> start();
  /// An event, or a comment where nothing has happened.
  std::string event_of(const Next& next) const;

  Server& server_;
  const Server::Accepted& accepted_;
  net::ResponseStream& out_;
  std::uint64_t reader_ = 0;
  std::uint64_t after_ = 0;
  bool started_ = false;
};

}  // namespace coditect::mcp
