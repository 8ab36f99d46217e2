#pragma once

#include <string>

#include "base/json.h"
#include "providers/transcript.h"

/// The calls that OpenAI's models make beside function calls and that the caller has to answer:
/// custom tools, which take any text, and the vendor's own patch and shell tools. We offer none of
/// them; a transcript may hold them all the same, and a call without its output is refused.
namespace coditect::providers::openai {

/// Whether an output item is such a call.
bool is_client_call(const json::object& item);
/// A custom tool's own name; "apply_patch", "shell" or "local_shell" for the vendor's.
std::string client_call_name(const json::object& item);
/// {"input": TEXT} of a custom tool, and what the vendor's tools are to do.
json::object client_call_input(const json::object& item);

/// The item that answers the call `item` with `result`, under the id `call_id`.
json::object client_call_output(const json::object& item, const std::string& call_id,
                                const ToolResult& result);

}  // namespace coditect::providers::openai
