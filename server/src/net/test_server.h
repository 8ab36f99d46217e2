#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"
#include "net/server.h"

namespace coditect::net {

/// A Server on a loopback port with threads of its own. Closes it when destroyed.
class TestServer {
 public:
  explicit TestServer(Handler& handler, ServerOptions options = {}, int thread_count = 2) {
    auto listening = Server::listen(io_.get_executor(), "127.0.0.1:0", handler, options);
    check(listening.ok(), "the test server cannot listen");
    server_ = *std::move(listening);
    for (int i = 0; i < thread_count; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  ~TestServer() {
    close();
    work_.reset();
    for (auto& thread : threads_) thread.join();
  }

  void close() {
    if (server_ == nullptr) return;
    asio::co_spawn(io_, server_->close(), asio::use_future).get();
    server_.reset();
  }
  std::uint16_t port() const { return server_->port(); }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::thread> threads_;
  std::unique_ptr<Server> server_;
};

}  // namespace coditect::net
