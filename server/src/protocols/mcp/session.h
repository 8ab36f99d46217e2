#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <variant>

#include "async/notifier.h"
#include "async/strand.h"
#include "base/clock.h"
#include "protocols/mcp/call.h"
#include "protocols/mcp/message.h"
#include "protocols/mcp/reply_stream.h"

namespace coditect::mcp {

/// What a server knows of a legacy client between its requests.
///
/// Threads:    the server's strand.
/// Lifetime:   shared by the server and the calls under way.
/// Invariants: a stream is kept until its answer was delivered, at most kKeptStreamsMax of them.
class Session {
 public:
  struct Opening {
    std::string id;
    Mount mount;
    std::string revision;
    ClientInfo client;
  };

  Session(const Strand& strand, Opening opening);

  const std::string& id() const { return opening_.id; }
  const Mount& mount() const { return opening_.mount; }
  const std::string& revision() const { return opening_.revision; }
  const ClientInfo& client() const { return opening_.client; }

  const std::string& log_level() const { return log_level_; }
  void set_log_level(std::string level) { log_level_ = std::move(level); }
  std::set<std::string>& subscriptions() { return subscriptions_; }

  SteadyTime last_used() const { return last_used_; }
  void touch(SteadyTime now) { last_used_ = now; }
  /// Whether somebody waits for something of it now.
  bool busy() const { return !calls_.empty() || standalone_->has_reader(); }

  /// The stream of one answer, found again by its id until drop().
  std::shared_ptr<ReplyStream> new_stream();
  std::shared_ptr<ReplyStream> find_stream(const std::string& id) const;
  void drop(const std::string& stream);
  /// What the server says by itself.
  const std::shared_ptr<ReplyStream>& standalone() const { return standalone_; }

  void begin_call(const json::value& id, std::shared_ptr<Call> call);
  void end_call(const json::value& id) { calls_.erase(json::serialize(id)); }
  /// The client does not want the answer to its request `id` any more.
  void cancel(const json::value& id);

  /// Sends a question on `stream` and waits for the answer, until `stop`.
  awaitable<std::variant<json::value, Refusal>> ask(std::shared_ptr<ReplyStream> stream,
                                                    Question question, std::stop_token stop);
  /// False where nobody waits for it.
  bool take_answer(const Response& response);
  /// Ends everything that waits.
  void end();

 private:
  using Answer = std::variant<json::value, Refusal>;

  const Strand strand_;
  const Opening opening_;
  // Touched only on strand_.
  std::string log_level_ = "info";
  std::set<std::string> subscriptions_;
  SteadyTime last_used_{};
  std::deque<std::shared_ptr<ReplyStream>> streams_;  // oldest first
  std::uint64_t last_stream_ = 0;
  std::shared_ptr<ReplyStream> standalone_;
  std::map<std::string, std::shared_ptr<Call>> calls_;  // by the request's id
  std::map<std::string, std::optional<Answer>> asked_;  // by our request's id
  std::uint64_t last_question_ = 0;
  bool ended_ = false;
  Notifier answered_;
};

}  // namespace coditect::mcp
