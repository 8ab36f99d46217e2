#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <list>
#include <memory>

#include "async/notifier.h"
#include "async/task_group.h"
#include "tools/network/proxy_connection.h"

namespace coditect::tools {

/// The proxy of one command: takes connections from a socket that listens inside of the command's
/// sandbox, and serves them outside.
///
/// Threads:    one strand; visits() from any thread.
/// Lifetime:   shared by its coroutines; `tasks` and what the options refer to outlive it.
/// Invariants: at most limits::kProxyConnectionsMax connections at once; none after stop().
class ProxyService : public std::enable_shared_from_this<ProxyService> {
 public:
  ProxyService(const Strand& strand, asio::ip::tcp::acceptor acceptor, const AllowList& allowed,
               const NameLookup& look_up, TaskGroup& tasks);

  static awaitable<void> run(std::shared_ptr<ProxyService> self);
  void stop();
  const VisitLog& visits() const { return *visits_; }

 private:
  void admit(asio::ip::tcp::socket client);

  const std::shared_ptr<VisitLog> visits_ = std::make_shared<VisitLog>();
  const AllowList& allowed_;
  const NameLookup& look_up_;
  TaskGroup& tasks_;
  // Touched only on the strand.
  asio::ip::tcp::acceptor acceptor_;
  std::list<std::weak_ptr<ProxyConnection>> connections_;  ///< those that ended are swept
  std::size_t open_ = 0;
  bool stopped_ = false;
  Notifier room_;
};

}  // namespace coditect::tools
