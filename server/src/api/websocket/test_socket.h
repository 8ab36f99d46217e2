#pragma once

#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include "async/bounded_queue.h"
#include "net/web_socket.h"

namespace coditect::api {

/// The server's end of a WebSocket whose client is a test: it says, hears, stops reading, and cuts
/// the line.
///
/// Threads: the server's side on strand(); the client's side on the test's thread.
class TestSocket final : public net::WebSocket {
 public:
  explicit TestSocket(asio::any_io_executor executor)
      : strand_(make_strand(std::move(executor))), incoming_(strand_, 10'000), room_(strand_) {}

  awaitable<Result<std::string>> read() override {
    auto text = co_await incoming_.pop();
    if (!text) co_return unavailable("the client is gone");
    co_return *std::move(text);
  }
  awaitable<Result<void>> write(std::string text) override {
    while (!reads_ && open_) co_await room_.wait();
    if (!open_) co_return unavailable("the client is gone");
    const std::lock_guard guard(mutex_);
    heard_.push_back(std::move(text));
    changed_.notify_all();
    co_return Result<void>{};
  }
  awaitable<void> close(net::CloseCode code, std::string) override {
    {
      const std::lock_guard guard(mutex_);
      if (!code_) code_ = code;
      changed_.notify_all();
    }
    end();
    co_return;
  }
  bool is_open() const override { return open_; }
  const std::string& subprotocol() const override { return subprotocol_; }
  const Strand& strand() const override { return strand_; }

  void say(std::string text) {
    asio::post(strand_, [this, text = std::move(text)] { incoming_.push(text); });
  }
  /// The next message; nothing where none comes for a long time.
  std::optional<std::string> hear() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !heard_.empty(); })) {
      return std::nullopt;
    }
    std::string text = std::move(heard_.front());
    heard_.pop_front();
    return text;
  }
  /// How the server closed it; nothing where it does not for a long time.
  std::optional<net::CloseCode> closed() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [this] { return code_.has_value(); });
    return code_;
  }
  void stop_reading() {
    asio::post(strand_, [this] { reads_ = false; });
  }
  void go_on_reading() {
    asio::post(strand_, [this] {
      reads_ = true;
      room_.notify_all();
    });
  }
  /// On return nothing that the test said before is under way.
  void cut() {
    std::promise<void> done;
    asio::post(strand_, [&] {
      end();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  void end() {
    open_ = false;
    incoming_.close();
    room_.notify_all();
  }

  const Strand strand_;
  const std::string subprotocol_ = "coditect.v1";

  // Touched only on strand_.
  BoundedQueue<std::string> incoming_;
  Notifier room_;
  bool reads_ = true;
  bool open_ = true;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable changed_;
  std::deque<std::string> heard_;
  std::optional<net::CloseCode> code_;
};

}  // namespace coditect::api
