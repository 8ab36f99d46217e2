#include "net/client/connection_pool.h"

#include <algorithm>

namespace coditect::net_client {

namespace {

constexpr std::chrono::seconds kIdleMax{30};

}  // namespace

std::shared_ptr<Connection> ConnectionPool::take(const asio::any_io_executor& executor) {
  const std::lock_guard guard(mutex_);
  const auto oldest = std::chrono::steady_clock::now() - kIdleMax;
  std::erase_if(idle_, [&](const Idle& idle) { return idle.since < oldest; });
  // The last one used is the one that its server most likely still keeps.
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].connection->executor() != executor) continue;
    std::shared_ptr<Connection> connection = std::move(idle_[i].connection);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->reusable()) return connection;
  }
  return nullptr;
}

std::shared_ptr<Connection> ConnectionPool::make(const asio::any_io_executor& executor) {
  return std::make_shared<Connection>(executor, tls_, options_);
}

void ConnectionPool::give_back(std::shared_ptr<Connection> connection) {
  if (options_.idle_connections_max == 0) return;
  connection->expires_never();
  const std::lock_guard guard(mutex_);
  if (idle_.size() >= options_.idle_connections_max) idle_.erase(idle_.begin());
  idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

}  // namespace coditect::net_client
