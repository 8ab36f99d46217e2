#pragma once

#include "agents/agent_directory.h"
#include "app/agent_config.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/json.h"
#include "providers/prices/price_book.h"

namespace coditect::app {

/// The agent as a test asks it: once, without another model, and for less than a minute.
AgentConfig key_probe_config(const AgentConfig& agent);

/// Asks the model for a word and says how that went: {ok, at, model, elapsed_ms} with {input,
/// output, cost_usd} or {message, hint}. What it costs is no workspace's. No member holds the key.
awaitable<json::object> ask_for_a_word(agents::AgentDefinition agent,
                                       const providers::PriceBook& prices, const Clock& clock);

}  // namespace coditect::app
