#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

// What a server's refusals mean to a command. Each has a hint, the server's own where it gave one.
namespace coditect::app {

/// The error of an HTTP answer that is no success: a problem document or anything else.
Error error_of_answer(unsigned status, std::string_view body);
/// The error of a JSON-RPC error object.
Error error_of_rpc(const json::object& error);

}  // namespace coditect::app
