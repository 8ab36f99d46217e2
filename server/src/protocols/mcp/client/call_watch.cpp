#include "protocols/mcp/client/call_watch.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <string>

namespace coditect::mcp {

namespace {

using SteadyClock = std::chrono::steady_clock;

std::string in_words(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

}  // namespace

struct CallWatch::State : std::enable_shared_from_this<State> {
  State(const Strand& on, CallTime allowed, std::stop_token caller)
      : strand(on), time(allowed), timer(on), stop(std::move(caller)) {}

  void arm() {
    timer.expires_at(std::min(heard + time.silence, began + time.total));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->ended) return;
      const auto now = SteadyClock::now();
      const bool silent = now >= self->heard + self->time.silence;
      const bool long_enough = now >= self->began + self->time.total;
      if (!silent && !long_enough) return self->arm();
      self->late = long_enough ? "it took longer than " + in_words(self->time.total)
                               : "it did not answer within " + in_words(self->time.silence);
      self->stop.request_stop();
    });
  }
  void end() {
    if (ended || !on_end) return;
    const auto call = std::exchange(on_end, {});
    call();
  }

  const Strand strand;
  const CallTime time;
  const SteadyClock::time_point began = SteadyClock::now();
  SteadyClock::time_point heard = began;
  asio::steady_timer timer;
  LinkedStop stop;
  std::string late;
  std::function<void()> on_end;
  bool ended = false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

CallWatch::CallWatch(const Strand& strand, CallTime time, std::stop_token caller,
                     std::function<void()> on_end)
    : state_(std::make_shared<State>(strand, time, std::move(caller))) {
  state_->on_end = std::move(on_end);
  state_->arm();
  std::function<void()> wake = [weak = std::weak_ptr(state_), strand] {
    asio::post(strand, [weak] {
      if (const auto state = weak.lock()) state->end();
    });
  };
  state_->on_stop.emplace(state_->stop.token(), std::move(wake));
}

CallWatch::~CallWatch() {
  state_->ended = true;
  state_->on_stop.reset();
  state_->timer.cancel();
}

std::stop_token CallWatch::token() const { return state_->stop.token(); }

void CallWatch::alive() { state_->heard = SteadyClock::now(); }

std::optional<Error> CallWatch::over() const {
  if (!state_->late.empty()) return unavailable(state_->late);
  if (!state_->stop.token().stop_requested()) return std::nullopt;
  return Error{Errc::kCancelled, "the call was stopped", {}};
}

}  // namespace coditect::mcp
