#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "async/notifier.h"
#include "async/strand.h"

namespace coditect::mcp {

/// Messages to a client in their order: notifications, our requests, at last the answer.
///
/// It is filled by whoever answers and read by the client's connection. A kept one outlives its
/// connection: a client that comes back reads on behind the last message that it has.
///
/// Threads:    one strand; every method is called on it.
/// Lifetime:   shared by the filler and the reader.
/// Invariants: numbers rise by one; nothing follows the last message. The last reader that attached
///             is the only one.
class ReplyStream {
 public:
  /// Whether messages stay after they were read, for a client that comes back.
  enum class Keeping { kUntilRead, kKept };

  struct Item {
    std::uint64_t number = 0;  ///< from 1
    std::string text;          ///< one JSON-RPC message
    bool last = false;
    int status = 200;  ///< of HTTP, for a last one that is sent alone
  };
  struct Next {
    enum class What {
      kItem,
      kQuiet,  ///< nothing came in time
      kEnd,    ///< nothing comes any more, or not on this connection
    };
    What what = What::kEnd;
    Item item = {};
  };

  ReplyStream(const Strand& strand, std::string id, Keeping keeping);

  const std::string& id() const { return id_; }
  const Strand& strand() const { return strand_; }

  /// Dropped where too much is unread, and after the end.
  void push(std::string text);
  /// The answer: nothing follows it.
  void finish(std::string text, int status);
  /// Nothing follows, and there is no answer.
  void end();
  /// Ends the reader's connection while the answer is still to come; it may attach again.
  void hang_up();
  bool ended() const { return ended_; }

  /// A new reader; the one before reads no more. 0 is nobody.
  std::uint64_t attach();
  /// The reader's connection is gone. Calls on_abandoned where it was the last reader.
  void detach(std::uint64_t reader);
  bool has_reader() const { return reader_ != 0; }
  /// Hears that the reader has left before the end.
  void on_abandoned(std::function<void()> hear) { on_abandoned_ = std::move(hear); }

  /// The first message after `after`, waiting for it at most `patience`.
  awaitable<Next> next(std::uint64_t reader, std::uint64_t after,
                       std::chrono::milliseconds patience);

 private:
  void add(Item item);

  const Strand strand_;
  const std::string id_;
  const Keeping keeping_;
  // Touched only on the strand.
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_reader_ = 0;
  std::uint64_t reader_ = 0;
  bool ended_ = false;
  std::function<void()> on_abandoned_;
  Notifier changed_;
};

}  // namespace coditect::mcp
