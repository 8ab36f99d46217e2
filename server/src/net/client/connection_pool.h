#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "net/client/connection.h"

namespace coditect::net_client {

/// The connections of one client that wait for their next exchange.
///
/// Threads:    any. A connection goes only to callers on the strand that it was opened on.
/// Lifetime:   `options` and `tls` outlive it and its connections.
/// Invariants: at most options.idle_connections_max connections; the oldest are closed.
class ConnectionPool {
 public:
  ConnectionPool(const HttpClientOptions& options, asio::ssl::context& tls)
      : options_(options), tls_(tls) {}

  /// A connection that is open already; nothing where there is none for this executor.
  std::shared_ptr<Connection> take(const asio::any_io_executor& executor);
  /// One that open() is still to be called on.
  std::shared_ptr<Connection> make(const asio::any_io_executor& executor);
  /// Takes back a connection whose answer has been read to its end.
  void give_back(std::shared_ptr<Connection> connection);

 private:
  struct Idle {
    std::shared_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };

  const HttpClientOptions& options_;
  asio::ssl::context& tls_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  // in order of `since`; guarded by mutex_
};

}  // namespace coditect::net_client
