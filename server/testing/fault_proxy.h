#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "testing/fault.h"

namespace coditect::testing {

/// A reverse proxy for HTTP/1.1 that does to requests what a bad network does.
///
/// It holds each message whole, so what a fault does to it is exact: the server either has all of a
/// request or none of it.
///
/// Threads:  listens and forwards on a thread of its own.
/// Lifetime: `plan` outlives it. The destructor ends every connection and joins the thread.
class FaultProxy {
 public:
  struct Options {
    std::string upstream_host = "127.0.0.1";
    std::uint16_t upstream_port = 0;
    std::uint16_t listen_port = 0;  ///< 0: any free one
    std::chrono::milliseconds stall{60'000};
    std::chrono::milliseconds reorder_max{50};  ///< for the next request to come
    std::size_t body_bytes_max = 64u << 20;
  };

  /// Throws boost::system::system_error where the port cannot be had.
  FaultProxy(const Options& options, FaultPlan& plan);
  ~FaultProxy();

  std::uint16_t port() const;
  /// How often each fault has been done, kNone for requests that met none.
  std::map<Fault, std::size_t> counts() const;

 private:
  class Server;
  const std::unique_ptr<Server> server_;
};

}  // namespace coditect::testing
