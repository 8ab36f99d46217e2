#include "app/client/event_feed.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <thread>

#include "app/client/client_stream.h"
#include "app/client/remote_error.h"

namespace coditect::app {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

/// What stands before and after an event's line in its notification.
constexpr std::string_view kBefore = R"({"jsonrpc":"2.0","method":"event","params":{"event":)";
constexpr std::string_view kAfter = "}}";

constexpr std::chrono::milliseconds kPauseMin{100};
constexpr std::chrono::milliseconds kPauseMax{2000};

Error out_of_order(Sequence expected, Sequence seq) {
  return internal("the server sent event " + std::to_string(seq) + " where " +
                      std::to_string(expected) + " was due",
                  "read the log with `coditect log`, and report this as a bug");
}

}  // namespace

/// One WebSocket to one workspace.
class EventFeed::Socket {
 public:
  static Result<std::unique_ptr<Socket>> open(const Client& client, const std::string& workspace) {
    // A server pings well before this much silence.
    TRY(std::unique_ptr<ClientStream> stream,
        ClientStream::connect(client.url(), limits::kSocketSilenceMax + std::chrono::seconds{5}));
    std::unique_ptr<Socket> socket(new Socket(client.url(), std::move(stream)));
    TRY_VOID(socket->shake_hands(client, workspace));
    return socket;
  }

  void interrupt() { stream_->interrupt(); }

  Result<void> send(const json::object& message) {
    boost::system::error_code error;
    socket_.write(asio::buffer(json::serialize(message)), error);
    if (error) return connection_error(url_, error);
    return {};
  }

  Result<std::string> read() {
    boost::system::error_code error;
    beast::flat_buffer buffer;
    socket_.read(buffer, error);
    if (error) return connection_error(url_, error);
    return beast::buffers_to_string(buffer.data());
  }

 private:
  Socket(const net_client::BaseUrl& url, std::unique_ptr<ClientStream> stream)
      : url_(url), stream_(std::move(stream)), socket_(*stream_) {}

  Result<void> shake_hands(const Client& client, const std::string& workspace) {
    const std::string bearer = "Bearer " + client.token();
    socket_.set_option(
        websocket::stream_base::decorator([bearer](websocket::request_type& request) {
          request.set(http::field::authorization, bearer);
          request.set(http::field::sec_websocket_protocol, "coditect.v1");
        }));
    socket_.read_message_max(limits::kClientBodyBytesMax);
    websocket::response_type response;
    boost::system::error_code error;
    socket_.handshake(response, url_.host_header(),
                      url_.prefix + "/workspaces/" + workspace + "/socket", error);
    if (error == websocket::error::upgrade_declined) {
      return error_of_answer(response.result_int(), response.body());
    }
    if (error) return connection_error(url_, error);
    return {};
  }

  const net_client::BaseUrl url_;
  const std::unique_ptr<ClientStream> stream_;
  websocket::stream<ClientStream&> socket_;
};

EventFeed::EventFeed(const Client& client, std::string workspace)
    : client_(client), workspace_(std::move(workspace)) {}

EventFeed::~EventFeed() = default;

Result<std::unique_ptr<EventFeed>> EventFeed::open(const Client& client, std::string workspace,
                                                   std::optional<Sequence> after) {
  std::unique_ptr<EventFeed> feed(new EventFeed(client, std::move(workspace)));
  feed->after_ = after;
  TRY_VOID(feed->attach());
  return feed;
}

void EventFeed::stop() {
  stopped_ = true;
  const std::lock_guard lock(mutex_);
  if (socket_ != nullptr) socket_->interrupt();
}

Result<void> EventFeed::take(std::unique_ptr<Socket> socket) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return Error{Errc::kCancelled, "the feed was stopped", {}};
  socket_ = std::move(socket);
  return {};
}

Result<void> EventFeed::attach() {
  TRY(std::unique_ptr<Socket> socket, Socket::open(client_, workspace_));
  TRY_VOID(take(std::move(socket)));
  json::object params;
  if (after_) params["resume_from"] = *after_;
  const json::object call{
      {"jsonrpc", "2.0"}, {"id", 1}, {"method", "workspace.attach"}, {"params", params}};
  TRY_VOID(socket_->send(call));
  while (true) {
    TRY(const std::string text, socket_->read());
    TRY(const json::object message, parse_json_object(text));
    if (!message.contains("id")) continue;  // somebody's presence, before the answer
    if (const json::object* error = find_object(message, "error")) return error_of_rpc(*error);
    const json::object* result = find_object(message, "result");
    if (result == nullptr) return internal("the server's answer to workspace.attach has no result");
    TRY(const std::int64_t head, need_int(*result, "head"));
    head_ = static_cast<Sequence>(head);
    if (after_ && *after_ > head_) {
      return invalid("there is no event " + std::to_string(*after_) + " to go on after",
                     "the last one is " + std::to_string(head_));
    }
    if (!after_) after_ = head_;
    return {};
  }
}

Result<void> EventFeed::attach_again(const Error& lost) {
  {
    // A server that stops waits until its clients have let go.
    const std::lock_guard lock(mutex_);
    socket_.reset();
  }
  const auto give_up = std::chrono::steady_clock::now() + limits::kClientReconnectTimeMax;
  auto pause = kPauseMin;
  while (true) {
    auto attached = attach();
    if (attached || attached.error().code != Errc::kUnavailable) return attached;
    const bool late = std::chrono::steady_clock::now() + pause > give_up;
    if (late || stopped_) return Error(lost);
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

Result<FeedEvent> EventFeed::next() {
  while (true) {
    const auto text = socket_->read();
    if (stopped_) return Error{Errc::kCancelled, "the feed was stopped", {}};
    if (!text) {
      TRY_VOID(attach_again(text.error()));
      continue;
    }
    TRY(std::optional<FeedEvent> event, parse_feed_message(*text));
    if (!event) {
      TRY(const json::object note, parse_json_object(*text));
      if (hear_) hear_(note);
      continue;
    }
    if (event->seq != *after_ + 1) return out_of_order(*after_ + 1, event->seq);
    after_ = event->seq;
    return *std::move(event);
  }
}

Result<std::optional<FeedEvent>> parse_feed_message(std::string_view message) {
  TRY(json::object object, parse_json_object(message));
  const auto method = find_string(object, "method");
  if (method == "resync") {
    return unavailable("the server no longer holds the events in between",
                       "read them with `coditect log WORKSPACE --from SEQ`");
  }
  if (method != "event") return std::optional<FeedEvent>();
  const json::object* params = find_object(object, "params");
  const json::object* event = params == nullptr ? nullptr : find_object(*params, "event");
  if (event == nullptr) return internal("the server sent an event that is none");
  TRY(const std::int64_t seq, need_int(*event, "seq"));
  FeedEvent found{static_cast<Sequence>(seq), {}, *event};
  if (message.starts_with(kBefore) && message.ends_with(kAfter)) {
    message.remove_prefix(kBefore.size());
    message.remove_suffix(kAfter.size());
    found.line = message;
  } else {
    found.line = json::serialize(*event);
  }
  return std::optional(std::move(found));
}

}  // namespace coditect::app
