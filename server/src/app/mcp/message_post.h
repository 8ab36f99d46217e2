#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "app/client/client.h"
#include "app/client/client_stream.h"
#include "base/result.h"
#include "net/http.h"

namespace coditect::app {

/// One message on its way to an MCP server by streamable HTTP, and what comes back for it.
///
/// Threads:  send() on one, interrupt() on any.
/// Lifetime: `client` outlives it.
class MessagePost {
 public:
  struct Answer {
    unsigned status = 0;
    std::string session;  ///< the session that was opened, "" for none
    std::string body;     ///< of an answer that is no stream of events
  };
  /// Hears each message of a stream of events.
  using Hear = std::function<void(const std::string& message)>;

  explicit MessagePost(const Client& client) : client_(client) {}

  /// Returns at the answer's end. Errc::kUnavailable where the server is not there or the
  /// connection breaks, Errc::kCancelled after interrupt().
  Result<Answer> send(const std::string& method, const std::string& target,
                      const net::Headers& headers, const std::string& body, const Hear& hear);
  /// Makes send() return soon.
  void interrupt();

 private:
  Result<Answer> exchange(ClientStream& stream, const std::string& method,
                          const std::string& target, const net::Headers& headers,
                          const std::string& body, const Hear& hear);

  const Client& client_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unique_ptr<ClientStream> stream_;
  bool interrupted_ = false;
};

}  // namespace coditect::app
