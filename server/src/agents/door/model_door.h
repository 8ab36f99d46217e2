#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "agents/agent_host.h"
#include "agents/door/model_access.h"
#include "agents/door/vendor_paths.h"
#include "agents/prompt_bound.h"
#include "net/handler.h"
#include "net/server.h"
#include "providers/dialect.h"
#include "tools/sandbox/inner_door.h"

namespace coditect::agents::door {

/// The way of a program in a sandbox to its model: it asks a server on its own loopback address,
/// and that asks the vendor, with a key that the program never sees. Only what belongs to the
/// vendor's API for models goes through. What each call can cost at most is reserved before it, as
/// for our own agents, and what it was billed is read off the answer that streams by.
///
/// Threads:    requests are served on strands of their own; the host is asked on the workspace's.
/// Lifetime:   its parts outlive it. Await close() before destroying it, once the program is gone.
/// Invariants: the key goes to the vendor and nowhere else.
/// Errors:     answered to the program, in JSON; out_of_money() says that a budget is spent.
class ModelDoor final : public net::Handler {
 public:
  /// Where it is inside of the sandbox.
  static constexpr std::uint16_t kPort = 3129;

  struct Parts {
    AgentHost& host;
    const ModelAccess& models;
    tools::Caller caller;
    std::stop_token stop;  ///< of the run: calls under way are broken off
  };

  ModelDoor(const Strand& strand, Parts parts);

  /// For the sandbox that the program starts in.
  tools::InnerDoor inner_door();
  /// The variables that lead the program here.
  std::vector<std::pair<std::string, std::string>> variables() const;
  /// Why no more calls can be paid for; nothing while they can.
  const std::optional<Error>& out_of_money() const { return out_of_money_; }
  awaitable<void> close();

  // net::Handler
  std::optional<net::Response> authorize_head(const net::RequestHead& head) override;
  awaitable<std::optional<net::Response>> handle(net::Request request,
                                                 net::ResponseStream& stream) override;

 private:
  /// A call that is billed, and what is set aside for it.
  struct Paid {
    std::string model;
    std::int64_t bytes = 0;
    Reserved reserved;
  };

  static awaitable<Result<Paid>> pay(ModelDoor& self, std::string model, std::int64_t bytes,
                                     std::int64_t output_tokens);
  static awaitable<Result<void>> settle(ModelDoor& self, Paid paid, Settlement settlement);
  awaitable<Result<Paid>> prepare(const ApiCall& call, net::Request& request);
  /// Sends it on and the answer back; what was billed.
  awaitable<std::optional<net::Response>> forward(const ApiCall& call, net::Request request,
                                                  net::ResponseStream& stream,
                                                  const std::optional<Paid>& paid,
                                                  Settlement& settlement);
  net_client::HttpRequest outgoing(const ApiCall& call, net::Request request) const;
  AgentModel model(const std::string& name) const;

  const Strand strand_;
  const Parts parts_;
  const std::unique_ptr<providers::Dialect> dialect_;
  // Set by the thread that runs the program, before it begins; then only read.
  std::unique_ptr<net::Server> server_;
  // Touched only on strand_.
  std::map<std::string, PromptBound> bounds_;  ///< by model
  std::map<std::string, std::int64_t> largest_;
  std::optional<Error> out_of_money_;
};

}  // namespace coditect::agents::door
