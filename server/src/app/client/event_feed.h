#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/client/client.h"
#include "base/strong_id.h"

namespace coditect::app {

/// One event as the server wrote it into its log.
struct FeedEvent {
  Sequence seq = 0;
  std::string line;  ///< the exact bytes that the log's hash chain is over
  json::object event;
};

/// A workspace's events over its WebSocket, in order and without a gap. Connects again when the
/// connection is lost, and goes on where it stopped.
///
/// Threads:  one at a time; blocking. stop() on any.
/// Lifetime: `client` outlives it.
/// Errors:   Errc::kUnavailable once a lost server has not come back for
///           limits::kClientReconnectTimeMax; refusals of the server at once; kCancelled after
///           stop().
class EventFeed {
 public:
  /// Attaches. The feed begins after event `after`, or with the next event that happens.
  static Result<std::unique_ptr<EventFeed>> open(const Client& client, std::string workspace,
                                                 std::optional<Sequence> after);
  ~EventFeed();

  /// The last event when the feed attached.
  Sequence head() const { return head_; }
  /// Waits for the next event.
  Result<FeedEvent> next();
  /// Hears what has no number, such as previews, while next() waits.
  using HearNote = std::function<void(const json::object& message)>;
  void hear_notes(HearNote hear) { hear_ = std::move(hear); }
  /// Makes next() return soon.
  void stop();

 private:
  class Socket;

  EventFeed(const Client& client, std::string workspace);
  Result<void> attach();
  Result<void> attach_again(const Error& lost);
  /// Takes a new connection in place of the old one.
  Result<void> take(std::unique_ptr<Socket> socket);

  const Client& client_;
  const std::string workspace_;
  HearNote hear_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;  ///< guards which object socket_ is
  std::unique_ptr<Socket> socket_;
  std::optional<Sequence> after_;
  Sequence head_ = 0;
};

/// Reads a message of the socket. Nothing for one that is no event. Errc::kInternal for an event
/// without a number. Pure.
Result<std::optional<FeedEvent>> parse_feed_message(std::string_view message);

}  // namespace coditect::app
