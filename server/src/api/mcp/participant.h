#pragma once

#include <string>
#include <string_view>

#include "agents/agent_directory.h"
#include "base/result.h"
#include "protocols/mcp/call.h"

namespace coditect::api {

/// The name under which a client from outside takes part: its events have the actor `agent:NAME`.
///
/// `mount.caller`, where its address gives one, else the name that the client says of itself, in
/// lower case and with '-' for what no name may hold. One that an agent of the configuration has
/// gets "-mcp" behind it: nobody outside holds that agent's locks. Errc::kInvalid for an address
/// that gives such a name, or one that is none.
Result<std::string> participant_name(const mcp::Mount& mount, std::string_view client,
                                     const agents::AgentDirectory& directory);

/// Errc::kInvalid for what an address may not give as a name: it is 1 to 40 of [a-z0-9_-] and
/// means nothing else.
Result<void> check_participant(std::string_view name);

}  // namespace coditect::api
