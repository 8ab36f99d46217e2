#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "protocols/mcp/client/tool.h"
#include "protocols/mcp/client/tool_result.h"
#include "protocols/mcp/client/transport.h"
#include "protocols/mcp/revision.h"

namespace coditect::mcp {

/// One side of the Model Context Protocol: a client that uses a server's tools, in either era.
///
/// It declares no capabilities: what a server asks for (sampling, roots, elicitation) is refused.
///
/// Threads:    one strand.
/// Lifetime:   the transport outlives the calls.
/// Errors:     those of Transport; kInvalid with the server's words where it refuses a call.
class Client final : public Listener {
 public:
  struct Options {
    std::string name;
    std::string version;
    CallTime start;  ///< of each request before the first call of a tool
    /// Of the first question, which programs that know only `initialize` may leave unanswered.
    CallTime probe;
    /// What it means that it is not answered: over HTTP everybody answers.
    enum class Silence { kFails, kMeansOlder } silence = Silence::kFails;
    Era first = Era::kModern;                           ///< kLegacy: begins with `initialize`
    std::function<void(std::string line)> on_log = {};  ///< hears what the server logs
  };

  explicit Client(Options options) : options_(std::move(options)) {}

  /// Finds out in which revision to speak. Called once, first.
  awaitable<Result<void>> connect(Transport& transport, std::stop_token stop);
  /// What the server offers now; tools that cannot be offered are in left_out().
  awaitable<Result<std::vector<Tool>>> list_tools(std::stop_token stop);
  awaitable<Result<ToolResult>> call_tool(const Tool& tool, json::object arguments, CallTime time,
                                          std::stop_token stop);

  const std::string& revision() const { return revision_; }
  /// {name, version, ...} as the server says it.
  const json::object& server() const { return server_; }
  /// "NAME: why" of each tool of the last list that is not offered.
  const std::vector<std::string>& left_out() const { return left_out_; }
  /// Whether the server has said since the last list that its tools changed.
  bool tools_changed() const { return tools_changed_; }

  // Listener
  void hear(const Notification& notification) override;
  json::object answer(const Request& request) override;

 private:
  bool modern() const { return revision_ == kModernRevision; }
  /// What a request says of itself, where every one has to.
  json::object meta() const;
  awaitable<Result<json::object>> ask(std::string method, json::object params, CallTime time,
                                      std::stop_token stop, net_client::Headers headers = {});
  awaitable<Result<Response>> send(Outgoing request, std::stop_token stop);
  /// True where the server speaks without a session; false where it may speak with one.
  awaitable<Result<bool>> discover(std::stop_token stop);
  awaitable<Result<void>> initialize(std::stop_token stop);
  Result<void> take_tool(const json::object& described, std::vector<Tool>& tools);

  const Options options_;
  Transport* transport_ = nullptr;
  std::string revision_;
  json::object server_;
  std::vector<std::string> left_out_;
  std::size_t schema_bytes_ = 0;
  bool has_tools_ = true;
  bool tools_changed_ = false;
  std::int64_t last_id_ = 0;
};

}  // namespace coditect::mcp
