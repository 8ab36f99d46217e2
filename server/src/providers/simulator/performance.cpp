#include "providers/simulator/performance.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string_view>

namespace coditect::simulator {

awaitable<bool> play(std::vector<Frame> frames, net::Headers headers, Ending ending,
                     net::ResponseStream& stream) {
  if (!co_await stream.start(200, std::move(headers))) co_return false;
  for (Frame& frame : frames) {
    co_await pause(frame.pause_before, stream);
    if (stream.peer_closed()) co_return false;
    if (!co_await stream.write(std::move(frame.bytes))) co_return false;
  }
  if (ending == Ending::kBreakOff) {
    stream.abort();
    co_return true;
  }
  const Result<void> finished = co_await stream.finish();
  co_return finished.ok();
}

awaitable<void> pause(std::chrono::milliseconds length, net::ResponseStream& stream) {
  if (length.count() == 0) co_return;
  asio::steady_timer timer(stream.strand(), length);
  using asio::experimental::awaitable_operators::operator||;
  co_await (timer.async_wait(asio::use_awaitable) || stream.wait_peer_closed());
}

std::vector<Frame> as_json_array(std::vector<Frame> frames) {
  constexpr std::string_view kPrefix = "data: ";
  constexpr std::string_view kSuffix = "\r\n\r\n";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    std::string& bytes = frames[i].bytes;
    bytes = bytes.substr(kPrefix.size(), bytes.size() - kPrefix.size() - kSuffix.size());
    bytes.insert(0, i == 0 ? "[" : ",\r\n");
  }
  frames.push_back({{}, "]"});
  return frames;
}

}  // namespace coditect::simulator
