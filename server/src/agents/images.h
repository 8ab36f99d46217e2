#pragma once

#include <vector>

#include "agents/agent_host.h"
#include "base/image_ref.h"
#include "providers/transcript.h"

/// Pictures of a task as a model is shown them. On the workspace's strand; `host` outlives the
/// calls, and the first error ends them.
namespace coditect::agents {

awaitable<Result<std::vector<providers::ImageBlock>>> fetch_images(AgentHost& host,
                                                                   tools::Caller caller,
                                                                   std::vector<ImageRef> images);

/// Fetches the bytes of the pictures in `turns`, which outlive the call, that are not there yet.
awaitable<Result<void>> fetch_images(AgentHost& host, tools::Caller caller,
                                     std::vector<providers::Turn>& turns);

}  // namespace coditect::agents
