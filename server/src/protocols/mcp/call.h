#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "async/strand.h"
#include "base/json.h"
#include "protocols/mcp/refusal.h"
#include "protocols/mcp/reply_stream.h"
#include "protocols/mcp/revision.h"

namespace coditect::mcp {

/// Where a client has come in: two with different mounts share no session.
struct Mount {
  std::string scope;   ///< what it is about; "" for everything
  std::string caller;  ///< the name that the client is to have; "" for its own

  bool operator==(const Mount&) const = default;
};

/// Who asks.
struct ClientInfo {
  std::string name;
  std::string version;
  json::object capabilities;

  bool has(std::string_view capability) const { return capabilities.contains(capability); }
};

/// Something that a server asks of its client: its user, its model, its folders.
struct Question {
  std::string method;  ///< "elicitation/create", "sampling/createMessage" or "roots/list"
  json::object params;
};
using Questions = std::map<std::string, Question>;

/// The answer to a request for which the client has to be asked first: it tries again with its
/// answers. Only since 2026-07-28.
struct InputRequired {
  Questions questions;
  std::string state;  ///< comes back with the answers, and cannot be changed meanwhile
};

/// A result, or why there is none.
using Reply = std::variant<json::object, InputRequired, Refusal>;

/// One request on its way through a server's features.
///
/// Threads:  the server's strand.
/// Lifetime: the server's, until answer() has returned.
class Call {
 public:
  struct Parts {
    std::string method;
    json::object params;
    Era era = Era::kLegacy;
    ClientInfo client;
    Mount mount;
    std::string log_level;  ///< the least that the client wants to hear; "" for nothing
    json::object answers;   ///< by the questions' keys, where the client tries again
    std::string state;      ///< that came back, as it was given
    std::shared_ptr<ReplyStream> stream;
    /// Sends a request to the client and returns its answer. Empty in the modern era.
    std::function<awaitable<std::variant<json::value, Refusal>>(Question)> send;
  };

  explicit Call(Parts parts) : parts_(std::move(parts)) {}
  /// Sets how questions reach a legacy client.
  void send_through(decltype(Parts::send) send) { parts_.send = std::move(send); }

  /// The server's, on which it is answered.
  const Strand& strand() const { return parts_.stream->strand(); }
  const std::string& method() const { return parts_.method; }
  const json::object& params() const { return parts_.params; }
  Era era() const { return parts_.era; }
  const ClientInfo& client() const { return parts_.client; }
  const Mount& mount() const { return parts_.mount; }
  /// What its state is bound to.
  std::string purpose() const;
  /// Answers and state of the tries before. An answer is an object, or refused before.
  const json::object& answers() const { return parts_.answers; }
  const std::string& state() const { return parts_.state; }
  /// Requested once nobody waits for the answer any more.
  std::stop_token stop() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }

  /// Says how far it is, where the client wants to know.
  void progress(double done, std::optional<double> total, std::string_view message = {});
  /// Tells the client what happens, where it wants to hear of `level`.
  void log(std::string_view level, json::value data, std::string_view logger);
  void notify(std::string_view method, json::object params);
  /// Ends the client's connection before the answer is there; it comes back for it. Only in the
  /// legacy era.
  void hang_up();

  /// The client's answers, by key. In the legacy era they are asked for, one after the other; in
  /// the modern one they came with this try, or InputRequired is to be returned. A client that has
  /// not declared what it would need is a Refusal.
  using Asked = std::variant<json::object, InputRequired, Refusal>;
  awaitable<Asked> ask(Questions questions, std::string state = {});

 private:
  Parts parts_;
  std::stop_source stop_;
};

/// What the request is about: a requestState holds for the same again, and for nothing else.
std::string purpose_of(const Call::Parts& parts);

/// How grave a level of a log is, debug 0; nothing for what is no level.
std::optional<int> severity(std::string_view level);

}  // namespace coditect::mcp
