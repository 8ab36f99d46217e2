#include "workspace/state/mcp_book.h"

namespace coditect::workspace {

void McpBook::apply(const Event& event) {
  if (event.type != "mcp_server_set" && event.type != "mcp_server_removed") return;
  const auto name = find_string(event.data, "name");
  if (!name) return;
  if (event.type == "mcp_server_removed") {
    servers_.erase(*name);
  } else if (const json::object* server = find_object(event.data, "server")) {
    servers_[*name] = {*server, event.actor, event.seq};
  }
}

json::object McpBook::snapshot() const {
  json::object rows;
  for (const auto& [name, entry] : servers_) {
    rows[name] = {{"server", entry.server}, {"set_by", entry.set_by}, {"changed", entry.changed}};
  }
  return rows;
}

Result<McpBook> McpBook::restore(const json::object& snapshot) {
  McpBook book;
  for (const auto& [name, row] : snapshot) {
    const json::object* entry = row.if_object();
    const json::object* server = entry == nullptr ? nullptr : find_object(*entry, "server");
    if (server == nullptr) return invalid("the MCP servers of a snapshot are damaged");
    TRY(std::string set_by, need_string(*entry, "set_by"));
    TRY(const std::int64_t changed, need_int(*entry, "changed"));
    book.servers_[std::string(name)] = {*server, std::move(set_by), static_cast<Sequence>(changed)};
  }
  return book;
}

}  // namespace coditect::workspace
