#pragma once

#include <map>
#include <string>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::workspace {

/// The MCP servers that people have connected a workspace to, as the log holds them: how each is
/// reached, and names of secrets, never a secret. Pure.
///
/// Threads:    one strand.
/// Invariants: only apply() changes it, so a replay gives the same book.
class McpBook {
 public:
  struct Entry {
    json::object server;   ///< as `mcp.set_server` took it
    std::string set_by;    ///< an actor
    Sequence changed = 0;  ///< of the event that set it
  };

  const std::map<std::string, Entry, std::less<>>& servers() const { return servers_; }

  void apply(const Event& event);

  json::object snapshot() const;
  static Result<McpBook> restore(const json::object& snapshot);

 private:
  std::map<std::string, Entry, std::less<>> servers_;  // by name
};

}  // namespace coditect::workspace
