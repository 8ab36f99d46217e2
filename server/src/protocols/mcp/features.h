#pragma once

#include <string>
#include <string_view>

#include "async/strand.h"
#include "base/json.h"
#include "protocols/mcp/call.h"

namespace coditect::mcp {

/// What a server offers to its clients: implemented by whoever mounts one.
///
/// Threads:  the server's strand. answer() goes elsewhere by itself.
/// Lifetime: outlives the server.
/// Errors:   an exception that leaves answer() is logged and answered with kInternal.
class Features {
 public:
  struct Identity {
    std::string name;
    std::string version;
    std::string instructions;  ///< for models: how to use it
  };

  virtual ~Features() = default;

  virtual Identity identity() const = 0;
  /// ServerCapabilities: what is not in it is refused as an unknown method by answer().
  virtual json::object capabilities() const = 0;
  /// The input schema of a tool; null where there is none of that name. Only tools whose schema
  /// marks arguments with `x-mcp-header` need one here.
  virtual const json::object* input_schema(std::string_view tool) const {
    (void)tool;
    return nullptr;
  }
  /// Answers tools/…, resources/list, /templates/list and /read, prompts/… and completion/complete;
  /// kMethodNotFound for what it does not know.
  virtual awaitable<Reply> answer(Call& call) = 0;
};

}  // namespace coditect::mcp
