#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

// What an editor is shown of a task, in the words of the Agent Client Protocol. All pure.
namespace coditect::app {

/// {sessionUpdate, content} of a text by the user or the agent.
json::object message_chunk(std::string_view kind, std::string_view text);

/// The ToolKind of one of our tools.
std::string_view tool_kind(std::string_view tool);
/// What a call does, in a line: "Edit src/a.cpp".
std::string tool_title(std::string_view tool, const json::object& input);
/// The files that a call is about, absolute below `folder`.
json::array tool_locations(const json::object& input, std::string_view folder);

/// `tool_call`, from the data of an event of that type whose phase is started.
json::object tool_started(const json::object& data, std::string_view folder);

/// A file's change, as it is shown beside a call.
struct ShownChange {
  std::string path;
  std::optional<std::string> before;  ///< nothing where there was no file
  std::string after;
};
/// `tool_call_update`, from the data of an event whose phase is finished.
json::object tool_finished(const json::object& data, const std::optional<ShownChange>& change,
                           std::string_view folder);

/// The parameters of session/request_permission, from the data of an approval_requested.
/// `call` is the id of the call that waits.
json::object permission_request(std::string_view session, const json::object& data,
                                std::string_view call, std::string_view folder);

}  // namespace coditect::app
