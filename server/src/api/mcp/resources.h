#pragma once

#include <string>

#include "api/mcp/resource_address.h"
#include "api/rpc/dispatcher.h"
#include "async/strand.h"
#include "protocols/mcp/call.h"

namespace coditect::api {

/// resources/list: with a workspace its log and its files, in pages; without one the workspaces'
/// logs.
awaitable<mcp::Reply> list_resources(Dispatcher& dispatcher, const mcp::Call& call,
                                     std::string participant);
/// resources/templates/list.
json::object resource_templates(const mcp::Call& call);
/// resources/read: text files and the log. Reading a file lets the participant change it, as
/// read_file does.
awaitable<mcp::Reply> read_resource(Dispatcher& dispatcher, const mcp::Call& call,
                                    std::string participant);

}  // namespace coditect::api
