#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <functional>
#include <memory>
#include <string>

#include "async/strand.h"
#include "async/task_group.h"
#include "tools/network/allow_list.h"
#include "tools/network/name_lookup.h"
#include "tools/network/proxy_request.h"
#include "tools/network/visit_log.h"

namespace coditect::tools {

/// One connection of a command to the proxy, and the one that the proxy makes for it. It serves one
/// request: what comes after it belongs to another host, and is judged anew.
///
/// Threads:    one strand.
/// Lifetime:   shared by its coroutines; ends with both directions, with close(), or with silence.
/// Invariants: bytes reach only an address that the allow-list lets through, for a host that it
/// lets
///             through: the address that was judged is the one that is connected to.
class ProxyConnection : public std::enable_shared_from_this<ProxyConnection> {
 public:
  struct Parts {
    const AllowList& allowed;
    const NameLookup& look_up;
    TaskGroup& tasks;
    std::shared_ptr<VisitLog> visits;
    std::function<void()> on_end;
  };

  ProxyConnection(asio::ip::tcp::socket client, Parts parts);
  ~ProxyConnection();

  static awaitable<void> run(std::shared_ptr<ProxyConnection> self);
  void close();

 private:
  using Socket = asio::ip::tcp::socket;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  /// What was read of the client: a head, and perhaps more.
  struct Received {
    boost::beast::flat_buffer buffer;
    Parser parser;
    Received();
  };
  enum class OnSilence { kClose, kGiveUpConnecting };

  void arm(std::chrono::milliseconds time, OnSilence then = OnSilence::kClose);
  /// Connects upstream_. The error is for the client; kDenied where the allow-list says no.
  awaitable<Result<void>> reach(HostPort to);
  awaitable<Result<std::vector<asio::ip::address>>> addresses(HostPort to);
  awaitable<void> refuse(unsigned status, std::string why);
  static awaitable<void> tunnel(std::shared_ptr<ProxyConnection> self,
                                std::unique_ptr<Received> received);
  static awaitable<void> copy(std::shared_ptr<ProxyConnection> self, Socket& from, Socket& to);
  static awaitable<void> send_request(std::shared_ptr<ProxyConnection> self,
                                      std::unique_ptr<Received> received);

  const Parts parts_;
  // Touched only on the strand.
  Socket client_;
  Socket upstream_;
  asio::steady_timer silence_;
};

}  // namespace coditect::tools
